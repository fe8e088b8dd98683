/* What a first rule can start from, in the language of whoever writes it. */
import type { Language } from "../../shared/format";
import { emptyDraft, type RuleDraft } from "./draft";

export const templateNames = ["answer", "menu", "closed", "person"] as const;
export type TemplateName = (typeof templateNames)[number];

const chinese: Record<TemplateName, Partial<RuleDraft>> = {
	answer: { title: "营业时间", any: ["几点上班", "营业时间", "什么时候开门"], replies: ["{{name|您}}好，我们的营业时间是工作日 9:00–17:00。"], ask_helpful: true, intent: "营业时间" },
	menu: { title: "转账问题菜单", any: ["转账", "银证转账"], replies: ["请问您想了解哪一项？回复数字即可："], menu: [{ label: "人工服务", rule: null, human: true }], topics: ["银证转账"] },
	closed: { title: "下班后留言", match: "contains", any: ["在吗", "你好", "有人吗"], hours: "closed", cooldown_ms: 3_600_000, replies: ["现在是非工作时间，请留下您的问题和联系方式，我们上班后第一时间回复您。"] },
	person: { title: "投诉转人工", any: ["投诉", "举报", "不满意"], priority: 100, human: true, replies: ["非常抱歉给您带来不便，正在为您转接人工客服。"], tags: ["投诉"] },
};

const english: Record<TemplateName, Partial<RuleDraft>> = {
	answer: { title: "Opening hours", any: ["opening hours", "when do you open", "are you open"], replies: ["Hello {{name|there}}, we are here on workdays from 9:00 to 17:00."], ask_helpful: true, intent: "opening hours" },
	menu: { title: "Transfer menu", any: ["transfer", "move money"], replies: ["What would you like to know? Reply with a number:"], menu: [{ label: "Talk to a person", rule: null, human: true }], topics: ["transfer"] },
	closed: { title: "After hours", any: ["hello", "anybody there"], hours: "closed", cooldown_ms: 3_600_000, replies: ["Nobody is here just now. Leave your question and how to reach you, and we will answer as soon as we are back."] },
	person: { title: "Complaint to a person", any: ["complaint", "complain", "not satisfied"], priority: 100, human: true, replies: ["I am sorry about that. I am bringing in a colleague."], tags: ["complaint"] },
};

export function draftFrom(name: TemplateName, language: Language): RuleDraft {
	return { ...emptyDraft(), ...(language === "en" ? english : chinese)[name] };
}
