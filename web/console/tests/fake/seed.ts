/* Something to look at: a broker's morning, as in the design. */
import type { Call } from "../../src/shared/types";
import { FakeHouse } from "./house";

function call(id: string, customer: string, more: Partial<Call>): Call {
	return {
		id,
		channel: "502",
		external_id: id,
		timeline: customer,
		conversation: null,
		direction: "in",
		result: "completed",
		customer_number: "+8613812346021",
		house_number: "+862155501200",
		caller_name: "",
		queue: "财富专线",
		extension: "8002",
		staff: "302",
		started_at: "2026-11-20T08:31:00.000Z",
		answered_at: "2026-11-20T08:31:19.000Z",
		ended_at: "2026-11-20T08:35:31.000Z",
		ring_ms: 19_000,
		talk_ms: 252_000,
		hold_ms: 0,
		hangup_by: "customer",
		transfers: [
			{ to: "语音菜单", kind: "blind" },
			{ to: "王可", kind: "attended" },
			{ to: "周明远", kind: "attended" },
		],
		recording: false,
		outcome: "",
		outcome_note: "",
		imported: false,
		version: 3,
		...more,
	};
}

function conversationOf(house: FakeHouse): void {
	const customer = { kind: "customer", id: "7001" } as const;
	const agent = { kind: "staff", id: "301" } as const;
	house.post("7001", { kind: "system", id: null }, "call_ended", { call: call("601", "7001", { outcome: "follow_up", outcome_note: "承诺周五中午前向存管银行核实" }) });
	house.post("7001", { kind: "system", id: null }, "opened", {});
	house.post("7001", customer, "message", { text: "昨天从银行转了 5 万，银行说已经划出，证券账户里还是没有。" });
	house.post("7001", agent, "assigned", { to: "301", by: "301" });
	house.post("7001", agent, "message", { text: "林女士您好，我是陈嘉禾。昨天您与王可的通话我看到了，不用重复，我现在就查这笔转账。" });
	house.post("7001", agent, "note", { text: "请向存管银行查流水 20261119-77310，昨天答应今天中午前回复。" });
	house.post("7001", customer, "message", { text: "这是银行的页面，收盘前能到吗？ https://bank.example.cn/detail?id=77310" });
	house.post("7001", agent, "message", { text: "收到。银行批次已放行，预计 14:45 前显示在您的账户。" });
	house.post("7001", customer, "message", { text: "好的，谢谢。" });
}

export function seed(many = 0, long = 0): FakeHouse {
	const house = new FakeHouse();
	house.clock = Date.now() - 3_600_000;
	const names = ["林若溪", "孟庭", "何昆", "", "苏雅", "高致远", "方琦", "Meng Ting", "戴岚", "潘越"];
	const lines = ["可转债中签显示未缴款，可账户里有钱", "回复：非交易过户还缺哪些材料？", "网上开户大约需要多久？", "Please call me back about the bond.", "手机换号了，登录收不到验证码"];
	names.forEach((name, index) => {
		const id = String(7001 + index);
		house.addCustomer(id, name, index === 0 ? { external_id: "31008842", gender: "female", company: "远岫贸易有限公司", remark: "偏好文字沟通" } : {});
		house.addConversation(id, { assignee: index < 4 ? "301" : index < 7 ? null : "302", channel_kind: index % 3 === 2 ? "phone" : "webchat" });
		if (index > 0) {
			house.post(id, { kind: "customer", id }, "message", { text: lines[index % lines.length] });
		}
	});
	house.post("7005", { kind: "system", id: null }, "call_ended", { call: call("602", "7005", { result: "missed", talk_ms: 0, staff: null, answered_at: null, transfers: [] }) });
	const missed = house.conversationOf("7005");
	if (missed !== undefined) {
		house.conversations.set(missed.id, { ...missed, missed_calls: 1 });
	}
	conversationOf(house);
	for (let index = 0; index < many; index++) {
		const id = String(100_000 + index);
		house.addCustomer(id, `客户 ${index}`);
		house.addConversation(id, { assignee: index % 2 === 0 ? "301" : null, preview: lines[index % lines.length] ?? "", inbound: index % 3 });
	}
	for (let index = 0; index < long; index++) {
		const author = index % 2 === 0 ? ({ kind: "customer", id: "7002" } as const) : ({ kind: "staff", id: "301" } as const);
		house.post("7002", author, "message", { text: `第 ${index} 条。${(lines[index % lines.length] ?? "").repeat(1 + (index % 4))}` });
	}
	house.read.set("7001", 3);
	return house;
}
