export default {
	answered: "已自动应答",
	unanswered: "自动应答没有找到答案",
	rule: "规则：{title}",
	menu: "给出的选项",
	reason: {
		asked: "客户点了找人工",
		human_word: "客户要求人工",
		stop_word: "含有必须人工处理的词",
		misses: "多次没有找到答案",
		rule: "规则要求",
		exact: "规则要求",
		menu: "客户选择了人工",
		phrase: "自动应答含有禁用语，没有发出",
		other: "需要人工",
	},
} as const;
