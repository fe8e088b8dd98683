// Made by scripts/generate.mjs from schema.json. Do not edit.
import * as v from "valibot";

export const idCheck = v.pipe(v.string(), v.regex(/^[0-9]{1,20}$/));

export const refCheck = v.pipe(v.string(), v.regex(/^[0-9A-Za-z_-]{8,26}$/));

export const timeCheck = v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/));

export const countCheck = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

export const languageCheck = v.pipe(v.string(), v.maxLength(12));

export const channelKindCheck = v.pipe(v.string(), v.maxLength(16));

export const roleCheck = v.picklist(["agent", "supervisor", "administrator"]);

export const authorKindCheck = v.picklist(["system", "customer", "staff", "bot", "api"]);

export const entryKindCheck = v.picklist(["message", "note", "call_started", "call_answered", "call_ended", "call_outcome", "visit", "opened", "assigned", "released", "resolved", "reopened", "customer_created", "customer_edited", "contact_added", "contact_removed", "attached", "identified", "separated", "send_failed", "link_proposed", "link_judged", "handed_over", "feedback", "flagged", "tagged"]);

export const conversationBotCheck = v.picklist(["answered", "unanswered", "quiet"]);

export const conversationStateCheck = v.picklist(["open", "pending", "snoozed", "resolved"]);

export const presenceStateCheck = v.picklist(["online", "away", "wrapup", "offline", "call"]);

export const chosenStateCheck = v.picklist(["online", "away", "wrapup"]);

export const viewCheck = v.picklist(["mine", "unassigned", "all"]);

export const actionCheck = v.picklist(["take", "assign", "release", "resolve", "reopen", "quiet"]);

export const nackCodeCheck = v.picklist(["unavailable", "busy", "conflict", "stale", "denied", "invalid", "not_found", "blocked", "warned"]);

export const byeCodeCheck = v.picklist(["revoked", "replaced", "stopping", "slow"]);

export const contactKindCheck = v.picklist(["phone", "email", "sender", "visitor", "user", "wechat"]);

export const authorCheck = v.object({
	kind: authorKindCheck,
	id: v.nullable(idCheck),
});

export const fileCheck = v.object({
	id: idCheck,
	name: v.pipe(v.string(), v.maxLength(255)),
	type: v.pipe(v.string(), v.maxLength(127)),
	size: countCheck,
	width: countCheck,
	height: countCheck,
	sha256: v.exactOptional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
});

export const transferCheck = v.object({
	to: v.string(),
	kind: v.string(),
});

export const callCheck = v.object({
	id: idCheck,
	channel: v.nullable(idCheck),
	external_id: v.string(),
	timeline: v.nullable(idCheck),
	conversation: v.nullable(idCheck),
	direction: v.picklist(["in", "out", "internal"]),
	result: v.picklist(["ringing", "talking", "completed", "missed", "abandoned", "no_answer", "busy", "failed", "voicemail"]),
	customer_number: v.string(),
	house_number: v.string(),
	caller_name: v.string(),
	queue: v.string(),
	extension: v.string(),
	staff: v.nullable(idCheck),
	started_at: v.nullable(timeCheck),
	answered_at: v.nullable(timeCheck),
	ended_at: v.nullable(timeCheck),
	ring_ms: countCheck,
	talk_ms: countCheck,
	hold_ms: countCheck,
	hangup_by: v.string(),
	transfers: v.array(transferCheck),
	recording: v.boolean(),
	outcome: v.string(),
	outcome_note: v.string(),
	imported: v.boolean(),
	version: countCheck,
});

export const mailAddressCheck = v.object({
	name: v.string(),
	address: v.string(),
});

export const mailPictureCheck = v.object({
	cid: v.string(),
	file: idCheck,
});

export const mailCheck = v.object({
	subject: v.string(),
	from: mailAddressCheck,
	reply_to: v.exactOptional(v.nullable(mailAddressCheck)),
	to: v.array(mailAddressCheck),
	cc: v.exactOptional(v.array(mailAddressCheck)),
	message_id: v.exactOptional(v.string()),
	in_reply_to: v.exactOptional(v.string()),
	references: v.exactOptional(v.array(v.string())),
	trust: v.picklist(["none", "proven", "failed"]),
	nature: v.picklist(["personal", "automatic", "list", "bounce", "delayed", "report", "loop"]),
	quote: v.exactOptional(v.string()),
	truncated: v.exactOptional(v.boolean()),
	source: v.exactOptional(v.nullable(idCheck)),
	html: v.exactOptional(v.nullable(idCheck)),
	inline: v.exactOptional(v.array(mailPictureCheck)),
	answers: v.exactOptional(v.nullable(idCheck)),
});

export const deliveryCheck = v.object({
	entry: idCheck,
	state: v.picklist(["waiting", "sending", "sent", "failed"]),
	attempts: countCheck,
	due_at: v.nullable(timeCheck),
	text: v.string(),
});

export const handoverCheck = v.object({
	to: v.nullable(idCheck),
});

export const menuItemCheck = v.object({
	n: countCheck,
	label: v.string(),
});

export const textBodyCheck = v.object({
	text: v.string(),
	mail: v.exactOptional(mailCheck),
	rule: v.exactOptional(v.nullable(idCheck)),
	title: v.exactOptional(v.string()),
	menu: v.exactOptional(v.array(menuItemCheck)),
	helpful: v.exactOptional(v.boolean()),
	human: v.exactOptional(v.boolean()),
	handover: v.exactOptional(handoverCheck),
	mentions: v.exactOptional(v.array(idCheck)),
});

export const callBodyCheck = v.object({
	call: callCheck,
});

export const callOutcomeBodyCheck = v.object({
	call: idCheck,
	outcome: v.string(),
	note: v.string(),
});

export const visitCheck = v.object({
	place: v.string(),
	topic: v.string(),
	next_step: v.string(),
	next_on: v.string(),
});

export const visitBodyCheck = v.object({
	visit: visitCheck,
});

export const emptyBodyCheck = v.object({
});

export const assignedBodyCheck = v.object({
	to: idCheck,
	by: v.nullable(idCheck),
});

export const fieldChangeCheck = v.object({
	from: v.nullable(v.string()),
	to: v.nullable(v.string()),
});

export const changesBodyCheck = v.object({
	changes: v.record(v.string(), fieldChangeCheck),
});

export const contactBodyCheck = v.object({
	kind: v.string(),
	value: v.string(),
	proven: v.boolean(),
	reason: v.exactOptional(v.string()),
});

export const attachedBodyCheck = v.object({
	from: idCheck,
	to: idCheck,
	merge: v.exactOptional(idCheck),
	changes: v.exactOptional(v.record(v.string(), fieldChangeCheck)),
});

export const sendFailedBodyCheck = v.object({
	entry: idCheck,
	status: v.string(),
	text: v.string(),
	final: v.boolean(),
});

export const handedOverBodyCheck = v.object({
	reason: v.string(),
	rule: v.nullable(idCheck),
	title: v.exactOptional(v.string()),
});

export const feedbackBodyCheck = v.object({
	entry: idCheck,
	rule: v.nullable(idCheck),
	helpful: v.boolean(),
});

export const phraseActionCheck = v.picklist(["flag", "warn", "block"]);

export const flaggedPhraseCheck = v.object({
	id: idCheck,
	text: v.string(),
	action: phraseActionCheck,
});

export const flaggedBodyCheck = v.object({
	entry: idCheck,
	phrases: v.array(flaggedPhraseCheck),
	acknowledged: v.boolean(),
});

export const tagSourceCheck = v.picklist(["rule", "staff", "api"]);

export const taggedBodyCheck = v.object({
	intent: v.exactOptional(v.string()),
	added: v.array(v.string()),
	removed: v.array(v.string()),
	topics: v.array(v.string()),
	topics_removed: v.array(v.string()),
	source: tagSourceCheck,
	rule: v.exactOptional(v.nullable(idCheck)),
});

export const tagKindCheck = v.picklist(["tag", "topic", "intent"]);

export const customerTagCheck = v.object({
	kind: tagKindCheck,
	text: v.pipe(v.string(), v.maxLength(100)),
	source: tagSourceCheck,
	rule: v.nullable(idCheck),
	author: v.nullable(idCheck),
	at: timeCheck,
});

export const customerTagListCheck = v.object({
	items: v.array(customerTagCheck),
});

export const knownTagCheck = v.object({
	kind: tagKindCheck,
	text: v.string(),
	customers: countCheck,
});

export const knownTagListCheck = v.object({
	items: v.array(knownTagCheck),
});

export const hoursSpanCheck = v.object({
	from: v.pipe(v.string(), v.regex(/^\d{2}:\d{2}$/)),
	to: v.pipe(v.string(), v.regex(/^\d{2}:\d{2}$/)),
});

export const hoursSpecialCheck = v.object({
	date: v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}$/)),
	name: v.string(),
	spans: v.array(hoursSpanCheck),
});

export const hoursCheck = v.object({
	always: v.boolean(),
	zone: v.pipe(v.string(), v.maxLength(63)),
	week: v.array(v.array(hoursSpanCheck)),
	special: v.array(hoursSpecialCheck),
	version: countCheck,
});

export const hoursStateCheck = v.object({
	open: v.boolean(),
	next_change: v.nullable(timeCheck),
	zone: v.string(),
	day: v.nullable(v.string()),
});

export const linkProposedBodyCheck = v.object({
	customer: idCheck,
	conversation: v.nullable(idCheck),
	entry: idCheck,
	why: v.string(),
});

export const linkJudgedBodyCheck = v.object({
	proposal: idCheck,
	customer: idCheck,
	refused: v.boolean(),
});

export const identifiedBodyCheck = v.object({
	subject: v.string(),
});

export const entryCommonCheck = v.object({
	id: idCheck,
	timeline: idCheck,
	customer: v.nullable(idCheck),
	seq: countCheck,
	pub: v.nullable(v.pipe(v.number(), v.safeInteger())),
	conversation: v.nullable(idCheck),
	channel: v.nullable(idCheck),
	channel_kind: channelKindCheck,
	author: authorCheck,
	at: timeCheck,
	committed_at: timeCheck,
	ref: v.nullable(refCheck),
	files: v.nullable(v.array(fileCheck)),
	restricted: v.boolean(),
	imported: v.boolean(),
});

export const textEntryCheck = v.object({
	id: idCheck,
	timeline: idCheck,
	customer: v.nullable(idCheck),
	seq: countCheck,
	pub: v.nullable(v.pipe(v.number(), v.safeInteger())),
	conversation: v.nullable(idCheck),
	channel: v.nullable(idCheck),
	channel_kind: channelKindCheck,
	author: authorCheck,
	at: timeCheck,
	committed_at: timeCheck,
	ref: v.nullable(refCheck),
	files: v.nullable(v.array(fileCheck)),
	restricted: v.boolean(),
	imported: v.boolean(),
	kind: v.picklist(["message", "note"]),
	body: v.nullable(textBodyCheck),
	delivery: v.exactOptional(deliveryCheck),
});

export const callEntryCheck = v.object({
	id: idCheck,
	timeline: idCheck,
	customer: v.nullable(idCheck),
	seq: countCheck,
	pub: v.nullable(v.pipe(v.number(), v.safeInteger())),
	conversation: v.nullable(idCheck),
	channel: v.nullable(idCheck),
	channel_kind: channelKindCheck,
	author: authorCheck,
	at: timeCheck,
	committed_at: timeCheck,
	ref: v.nullable(refCheck),
	files: v.nullable(v.array(fileCheck)),
	restricted: v.boolean(),
	imported: v.boolean(),
	kind: v.picklist(["call_started", "call_answered", "call_ended"]),
	body: v.nullable(callBodyCheck),
});

export const callOutcomeEntryCheck = v.object({
	id: idCheck,
	timeline: idCheck,
	customer: v.nullable(idCheck),
	seq: countCheck,
	pub: v.nullable(v.pipe(v.number(), v.safeInteger())),
	conversation: v.nullable(idCheck),
	channel: v.nullable(idCheck),
	channel_kind: channelKindCheck,
	author: authorCheck,
	at: timeCheck,
	committed_at: timeCheck,
	ref: v.nullable(refCheck),
	files: v.nullable(v.array(fileCheck)),
	restricted: v.boolean(),
	imported: v.boolean(),
	kind: v.literal("call_outcome"),
	body: v.nullable(callOutcomeBodyCheck),
});

export const visitEntryCheck = v.object({
	id: idCheck,
	timeline: idCheck,
	customer: v.nullable(idCheck),
	seq: countCheck,
	pub: v.nullable(v.pipe(v.number(), v.safeInteger())),
	conversation: v.nullable(idCheck),
	channel: v.nullable(idCheck),
	channel_kind: channelKindCheck,
	author: authorCheck,
	at: timeCheck,
	committed_at: timeCheck,
	ref: v.nullable(refCheck),
	files: v.nullable(v.array(fileCheck)),
	restricted: v.boolean(),
	imported: v.boolean(),
	kind: v.literal("visit"),
	body: v.nullable(visitBodyCheck),
});

export const stateEntryCheck = v.object({
	id: idCheck,
	timeline: idCheck,
	customer: v.nullable(idCheck),
	seq: countCheck,
	pub: v.nullable(v.pipe(v.number(), v.safeInteger())),
	conversation: v.nullable(idCheck),
	channel: v.nullable(idCheck),
	channel_kind: channelKindCheck,
	author: authorCheck,
	at: timeCheck,
	committed_at: timeCheck,
	ref: v.nullable(refCheck),
	files: v.nullable(v.array(fileCheck)),
	restricted: v.boolean(),
	imported: v.boolean(),
	kind: v.picklist(["opened", "released", "resolved", "reopened"]),
	body: v.nullable(emptyBodyCheck),
});

export const assignedEntryCheck = v.object({
	id: idCheck,
	timeline: idCheck,
	customer: v.nullable(idCheck),
	seq: countCheck,
	pub: v.nullable(v.pipe(v.number(), v.safeInteger())),
	conversation: v.nullable(idCheck),
	channel: v.nullable(idCheck),
	channel_kind: channelKindCheck,
	author: authorCheck,
	at: timeCheck,
	committed_at: timeCheck,
	ref: v.nullable(refCheck),
	files: v.nullable(v.array(fileCheck)),
	restricted: v.boolean(),
	imported: v.boolean(),
	kind: v.literal("assigned"),
	body: v.nullable(assignedBodyCheck),
});

export const profileEntryCheck = v.object({
	id: idCheck,
	timeline: idCheck,
	customer: v.nullable(idCheck),
	seq: countCheck,
	pub: v.nullable(v.pipe(v.number(), v.safeInteger())),
	conversation: v.nullable(idCheck),
	channel: v.nullable(idCheck),
	channel_kind: channelKindCheck,
	author: authorCheck,
	at: timeCheck,
	committed_at: timeCheck,
	ref: v.nullable(refCheck),
	files: v.nullable(v.array(fileCheck)),
	restricted: v.boolean(),
	imported: v.boolean(),
	kind: v.picklist(["customer_created", "customer_edited"]),
	body: v.nullable(changesBodyCheck),
});

export const contactEntryCheck = v.object({
	id: idCheck,
	timeline: idCheck,
	customer: v.nullable(idCheck),
	seq: countCheck,
	pub: v.nullable(v.pipe(v.number(), v.safeInteger())),
	conversation: v.nullable(idCheck),
	channel: v.nullable(idCheck),
	channel_kind: channelKindCheck,
	author: authorCheck,
	at: timeCheck,
	committed_at: timeCheck,
	ref: v.nullable(refCheck),
	files: v.nullable(v.array(fileCheck)),
	restricted: v.boolean(),
	imported: v.boolean(),
	kind: v.picklist(["contact_added", "contact_removed"]),
	body: v.nullable(contactBodyCheck),
});

export const attachedEntryCheck = v.object({
	id: idCheck,
	timeline: idCheck,
	customer: v.nullable(idCheck),
	seq: countCheck,
	pub: v.nullable(v.pipe(v.number(), v.safeInteger())),
	conversation: v.nullable(idCheck),
	channel: v.nullable(idCheck),
	channel_kind: channelKindCheck,
	author: authorCheck,
	at: timeCheck,
	committed_at: timeCheck,
	ref: v.nullable(refCheck),
	files: v.nullable(v.array(fileCheck)),
	restricted: v.boolean(),
	imported: v.boolean(),
	kind: v.picklist(["attached", "separated"]),
	body: v.nullable(attachedBodyCheck),
});

export const identifiedEntryCheck = v.object({
	id: idCheck,
	timeline: idCheck,
	customer: v.nullable(idCheck),
	seq: countCheck,
	pub: v.nullable(v.pipe(v.number(), v.safeInteger())),
	conversation: v.nullable(idCheck),
	channel: v.nullable(idCheck),
	channel_kind: channelKindCheck,
	author: authorCheck,
	at: timeCheck,
	committed_at: timeCheck,
	ref: v.nullable(refCheck),
	files: v.nullable(v.array(fileCheck)),
	restricted: v.boolean(),
	imported: v.boolean(),
	kind: v.literal("identified"),
	body: v.nullable(identifiedBodyCheck),
});

export const sendFailedEntryCheck = v.object({
	id: idCheck,
	timeline: idCheck,
	customer: v.nullable(idCheck),
	seq: countCheck,
	pub: v.nullable(v.pipe(v.number(), v.safeInteger())),
	conversation: v.nullable(idCheck),
	channel: v.nullable(idCheck),
	channel_kind: channelKindCheck,
	author: authorCheck,
	at: timeCheck,
	committed_at: timeCheck,
	ref: v.nullable(refCheck),
	files: v.nullable(v.array(fileCheck)),
	restricted: v.boolean(),
	imported: v.boolean(),
	kind: v.literal("send_failed"),
	body: v.nullable(sendFailedBodyCheck),
});

export const linkProposedEntryCheck = v.object({
	id: idCheck,
	timeline: idCheck,
	customer: v.nullable(idCheck),
	seq: countCheck,
	pub: v.nullable(v.pipe(v.number(), v.safeInteger())),
	conversation: v.nullable(idCheck),
	channel: v.nullable(idCheck),
	channel_kind: channelKindCheck,
	author: authorCheck,
	at: timeCheck,
	committed_at: timeCheck,
	ref: v.nullable(refCheck),
	files: v.nullable(v.array(fileCheck)),
	restricted: v.boolean(),
	imported: v.boolean(),
	kind: v.literal("link_proposed"),
	body: v.nullable(linkProposedBodyCheck),
});

export const linkJudgedEntryCheck = v.object({
	id: idCheck,
	timeline: idCheck,
	customer: v.nullable(idCheck),
	seq: countCheck,
	pub: v.nullable(v.pipe(v.number(), v.safeInteger())),
	conversation: v.nullable(idCheck),
	channel: v.nullable(idCheck),
	channel_kind: channelKindCheck,
	author: authorCheck,
	at: timeCheck,
	committed_at: timeCheck,
	ref: v.nullable(refCheck),
	files: v.nullable(v.array(fileCheck)),
	restricted: v.boolean(),
	imported: v.boolean(),
	kind: v.literal("link_judged"),
	body: v.nullable(linkJudgedBodyCheck),
});

export const handedOverEntryCheck = v.object({
	id: idCheck,
	timeline: idCheck,
	customer: v.nullable(idCheck),
	seq: countCheck,
	pub: v.nullable(v.pipe(v.number(), v.safeInteger())),
	conversation: v.nullable(idCheck),
	channel: v.nullable(idCheck),
	channel_kind: channelKindCheck,
	author: authorCheck,
	at: timeCheck,
	committed_at: timeCheck,
	ref: v.nullable(refCheck),
	files: v.nullable(v.array(fileCheck)),
	restricted: v.boolean(),
	imported: v.boolean(),
	kind: v.literal("handed_over"),
	body: v.nullable(handedOverBodyCheck),
});

export const feedbackEntryCheck = v.object({
	id: idCheck,
	timeline: idCheck,
	customer: v.nullable(idCheck),
	seq: countCheck,
	pub: v.nullable(v.pipe(v.number(), v.safeInteger())),
	conversation: v.nullable(idCheck),
	channel: v.nullable(idCheck),
	channel_kind: channelKindCheck,
	author: authorCheck,
	at: timeCheck,
	committed_at: timeCheck,
	ref: v.nullable(refCheck),
	files: v.nullable(v.array(fileCheck)),
	restricted: v.boolean(),
	imported: v.boolean(),
	kind: v.literal("feedback"),
	body: v.nullable(feedbackBodyCheck),
});

export const flaggedEntryCheck = v.object({
	id: idCheck,
	timeline: idCheck,
	customer: v.nullable(idCheck),
	seq: countCheck,
	pub: v.nullable(v.pipe(v.number(), v.safeInteger())),
	conversation: v.nullable(idCheck),
	channel: v.nullable(idCheck),
	channel_kind: channelKindCheck,
	author: authorCheck,
	at: timeCheck,
	committed_at: timeCheck,
	ref: v.nullable(refCheck),
	files: v.nullable(v.array(fileCheck)),
	restricted: v.boolean(),
	imported: v.boolean(),
	kind: v.literal("flagged"),
	body: v.nullable(flaggedBodyCheck),
});

export const taggedEntryCheck = v.object({
	id: idCheck,
	timeline: idCheck,
	customer: v.nullable(idCheck),
	seq: countCheck,
	pub: v.nullable(v.pipe(v.number(), v.safeInteger())),
	conversation: v.nullable(idCheck),
	channel: v.nullable(idCheck),
	channel_kind: channelKindCheck,
	author: authorCheck,
	at: timeCheck,
	committed_at: timeCheck,
	ref: v.nullable(refCheck),
	files: v.nullable(v.array(fileCheck)),
	restricted: v.boolean(),
	imported: v.boolean(),
	kind: v.literal("tagged"),
	body: v.nullable(taggedBodyCheck),
});

export const entryCheck = v.variant("kind", [textEntryCheck, callEntryCheck, callOutcomeEntryCheck, visitEntryCheck, stateEntryCheck, assignedEntryCheck, profileEntryCheck, contactEntryCheck, attachedEntryCheck, identifiedEntryCheck, sendFailedEntryCheck, linkProposedEntryCheck, linkJudgedEntryCheck, handedOverEntryCheck, feedbackEntryCheck, flaggedEntryCheck, taggedEntryCheck]);

export const conversationCheck = v.object({
	id: idCheck,
	timeline: idCheck,
	customer: idCheck,
	unit: v.nullable(idCheck),
	owner: v.nullable(idCheck),
	state: conversationStateCheck,
	assignee: v.nullable(idCheck),
	channel: v.nullable(idCheck),
	channel_kind: channelKindCheck,
	version: countCheck,
	opened_at: timeCheck,
	resolved_at: v.nullable(timeCheck),
	waiting_since: v.nullable(timeCheck),
	inbound: countCheck,
	missed_calls: countCheck,
	last_fact: v.nullable(idCheck),
	last_seq: countCheck,
	last_at: timeCheck,
	last_kind: entryKindCheck,
	last_author_kind: authorKindCheck,
	preview: v.string(),
	bot: v.exactOptional(conversationBotCheck),
	flags: v.exactOptional(countCheck),
});

export const conversationItemCheck = v.object({
	id: idCheck,
	timeline: idCheck,
	customer: idCheck,
	unit: v.nullable(idCheck),
	owner: v.nullable(idCheck),
	state: conversationStateCheck,
	assignee: v.nullable(idCheck),
	channel: v.nullable(idCheck),
	channel_kind: channelKindCheck,
	version: countCheck,
	opened_at: timeCheck,
	resolved_at: v.nullable(timeCheck),
	waiting_since: v.nullable(timeCheck),
	inbound: countCheck,
	missed_calls: countCheck,
	last_fact: v.nullable(idCheck),
	last_seq: countCheck,
	last_at: timeCheck,
	last_kind: entryKindCheck,
	last_author_kind: authorKindCheck,
	preview: v.string(),
	bot: v.exactOptional(conversationBotCheck),
	flags: v.exactOptional(countCheck),
	customer_name: v.string(),
	anonymous: v.boolean(),
	inbound_read: countCheck,
});

export const customerCheck = v.object({
	id: idCheck,
	primary: idCheck,
	unit: v.nullable(idCheck),
	owner: v.nullable(idCheck),
	anonymous: v.boolean(),
	name: v.string(),
	external_id: v.nullable(v.string()),
	language: languageCheck,
	gender: v.string(),
	company: v.string(),
	remark: v.string(),
	restricted: v.boolean(),
	created_at: timeCheck,
	updated_at: timeCheck,
	version: countCheck,
});

export const contactCheck = v.object({
	id: idCheck,
	customer: idCheck,
	kind: v.pipe(v.string(), v.maxLength(16)),
	value: v.string(),
	proven: v.boolean(),
	label: v.string(),
	source: v.string(),
	created_at: timeCheck,
	created_by: v.nullable(idCheck),
	proven_by: v.nullable(idCheck),
	proven_at: v.nullable(timeCheck),
	proven_reason: v.string(),
});

export const timelineEndCheck = v.object({
	timeline: idCheck,
	seq: countCheck,
	pub: countCheck,
});

export const partyCheck = v.pipe(v.string(), v.regex(/^(customer|house|[0-9]{1,20})$/));

export const markCheck = v.object({
	timeline: idCheck,
	party: partyCheck,
	delivered: countCheck,
	seen: countCheck,
	inbound_read: countCheck,
});

export const fieldValueCheck = v.nullable(v.union([v.string(), v.boolean(), v.array(v.string())]));

export const customerValueCheck = v.object({
	key: v.string(),
	value: fieldValueCheck,
	source: v.string(),
	author: authorCheck,
	at: timeCheck,
	until: v.nullable(timeCheck),
});

export const acceptedNoticeCheck = v.object({
	channel: idCheck,
	version: countCheck,
	at: timeCheck,
});

export const customerDetailCheck = v.object({
	customer: customerCheck,
	contacts: v.array(contactCheck),
	fields: v.exactOptional(v.array(customerValueCheck)),
	tags: v.exactOptional(v.array(customerTagCheck)),
	notices: v.exactOptional(v.array(acceptedNoticeCheck)),
	timelines: v.array(timelineEndCheck),
	marks: v.array(markCheck),
	conversation: v.nullable(conversationItemCheck),
});

export const fieldKindCheck = v.picklist(["text", "number", "money", "date", "choice", "multi_choice", "yes_no", "phone"]);

export const fieldChoiceCheck = v.object({
	key: v.string(),
	zh: v.string(),
	en: v.string(),
});

export const fieldCheck = v.object({
	id: idCheck,
	key: v.string(),
	kind: fieldKindCheck,
	label_zh: v.string(),
	label_en: v.string(),
	choices: v.array(fieldChoiceCheck),
	edit_role: roleCheck,
	position: countCheck,
	active: v.boolean(),
	created_at: timeCheck,
	version: countCheck,
});

export const likelyReasonCheck = v.object({
	kind: v.picklist(["phone", "email", "wechat", "name_company", "name_owner"]),
	value: v.string(),
	ours_proven: v.boolean(),
	theirs_proven: v.boolean(),
});

export const likelyCheck = v.object({
	customer: customerCheck,
	reasons: v.array(likelyReasonCheck),
});

export const likelyListCheck = v.object({
	items: v.array(likelyCheck),
});

export const mergePartyCheck = v.object({
	id: idCheck,
	name: v.nullable(v.string()),
	anonymous: v.boolean(),
});

export const mergeCheck = v.object({
	id: idCheck,
	source: mergePartyCheck,
	target: mergePartyCheck,
	how: v.picklist(["attached", "merged", "identified"]),
	made_by: authorCheck,
	made_at: timeCheck,
	reason: v.string(),
	taken: v.record(v.string(), fieldChangeCheck),
	undone_by: authorCheck,
	undone_at: v.nullable(timeCheck),
	undo_reason: v.string(),
	may_undo: v.boolean(),
});

export const mergeListCheck = v.object({
	items: v.array(mergeCheck),
});

export const mergeSideCheck = v.object({
	customer: customerCheck,
	contacts: v.array(contactCheck),
	entries: countCheck,
	conversations: countCheck,
	open: countCheck,
	calls: countCheck,
	files: countCheck,
	timelines: countCheck,
	last_at: v.nullable(timeCheck),
});

export const mergePreviewCheck = v.object({
	source: mergeSideCheck,
	target: mergeSideCheck,
	keep: v.picklist(["source", "target"]),
	may_merge: v.boolean(),
	warnings: v.array(v.picklist(["different_numbers", "distinct", "both_open", "different_units", "different_owners"])),
	history: v.array(entryCheck),
});

export const mergeAnswerCheck = v.object({
	merge: idCheck,
	customer: idCheck,
	other: idCheck,
});

export const staffCheck = v.object({
	id: idCheck,
	login: v.string(),
	name: v.string(),
	role: roleCheck,
	unit: v.nullable(idCheck),
	extension: v.nullable(v.string()),
	language: languageCheck,
	active: v.boolean(),
	demo: v.boolean(),
	created_at: timeCheck,
	version: countCheck,
});

export const staffPresenceCheck = v.object({
	staff: idCheck,
	state: presenceStateCheck,
	reason: v.exactOptional(v.string()),
	since: v.exactOptional(v.nullable(timeCheck)),
});

export const viewerCheck = v.object({
	id: idCheck,
	composing: v.boolean(),
});

export const viewersCheck = v.object({
	customer: idCheck,
	staff: v.array(viewerCheck),
});

export const ruleMatchCheck = v.picklist(["exact", "prefix", "contains", "pattern"]);

export const ruleHoursCheck = v.picklist(["always", "open", "closed"]);

export const rulePickCheck = v.picklist(["rotate", "random", "all"]);

export const ruleMenuItemCheck = v.object({
	label: v.string(),
	rule: v.nullable(idCheck),
	human: v.boolean(),
});

export const ruleCheck = v.object({
	id: idCheck,
	title: v.string(),
	folder: v.string(),
	enabled: v.boolean(),
	priority: v.pipe(v.number(), v.safeInteger()),
	match: ruleMatchCheck,
	any: v.array(v.string()),
	all: v.array(v.string()),
	none: v.array(v.string()),
	pattern: v.string(),
	channels: v.array(v.string()),
	hours: ruleHoursCheck,
	cooldown_ms: countCheck,
	replies: v.array(v.string()),
	pick: rulePickCheck,
	menu: v.array(ruleMenuItemCheck),
	human: v.boolean(),
	ask_helpful: v.boolean(),
	intent: v.string(),
	tags: v.array(v.string()),
	topics: v.array(v.string()),
	version: countCheck,
	updated_at: v.nullable(timeCheck),
	removed: v.boolean(),
	updated_by: v.nullable(idCheck),
	hits: countCheck,
	daily: v.array(countCheck),
	helped: countCheck,
	failed: countCheck,
	hit_at: v.nullable(timeCheck),
});

export const ruleStatusCheck = v.object({
	changes: countCheck,
	loaded_at: v.nullable(timeCheck),
	rules: countCheck,
	compile_us: countCheck,
	problem: v.string(),
	problem_rule: v.nullable(idCheck),
});

export const ruleListCheck = v.object({
	status: ruleStatusCheck,
	items: v.array(ruleCheck),
});

export const ruleAnswerCheck = v.object({
	rule: ruleCheck,
});

export const ruleVersionsCheck = v.object({
	items: v.array(ruleCheck),
});

export const rulesRevertedCheck = v.object({
	done: countCheck,
	failed: countCheck,
});

export const ruleHitCheck = v.object({
	begin: countCheck,
	end: countCheck,
	term: v.string(),
});

export const ruleTrialCheck = v.object({
	rule: v.nullable(idCheck),
	title: v.string(),
	folder: v.string(),
	won: v.boolean(),
	why: v.string(),
	hits: v.array(ruleHitCheck),
});

export const ruleMemoryCheck = v.object({
	misses: countCheck,
	menu_rule: v.nullable(idCheck),
	menu_until: v.pipe(v.number(), v.safeInteger()),
	said: v.array(v.object({
	rule: idCheck,
	at: v.pipe(v.number(), v.safeInteger()),
	uses: countCheck,
})),
});

export const ruleChoiceCheck = v.object({
	n: countCheck,
	label: v.string(),
});

export const ruleTestCheck = v.object({
	verdict: v.picklist(["nothing", "answer", "human"]),
	reason: v.picklist(["none", "human_word", "stop_word", "menu", "exact", "rule", "misses", "cooldown"]),
	rule: v.nullable(idCheck),
	title: v.string(),
	folder: v.string(),
	texts: v.array(v.string()),
	menu: v.array(ruleChoiceCheck),
	human: v.boolean(),
	helpful: v.boolean(),
	intent: v.string(),
	tags: v.array(v.string()),
	topics: v.array(v.string()),
	hits: v.array(ruleHitCheck),
	trials: v.array(ruleTrialCheck),
	state: ruleMemoryCheck,
	enabled: v.boolean(),
	rules: countCheck,
	took_us: countCheck,
});

export const ruleSettingsCheck = v.object({
	enabled: v.boolean(),
	human_words: v.array(v.string()),
	stop_words: v.array(v.string()),
	synonyms: v.array(v.array(v.string())),
	misses: countCheck,
	menu_ms: countCheck,
	repeat_ms: countCheck,
	updated_by: v.nullable(idCheck),
	updated_at: v.nullable(timeCheck),
	version: countCheck,
});

export const ruleBadRowCheck = v.object({
	line: countCheck,
	reason: v.string(),
	title: v.string(),
	text: v.string(),
});

export const ruleUndoCheck = v.object({
	id: idCheck,
	version: countCheck,
	remove: v.boolean(),
});

export const ruleImportCheck = v.object({
	charset: v.string(),
	format: v.picklist(["csv", "json"]),
	tried: v.boolean(),
	created: countCheck,
	changed: countCheck,
	unchanged: countCheck,
	bad_count: countCheck,
	bad: v.array(ruleBadRowCheck),
	items: v.array(v.object({
	line: countCheck,
	title: v.string(),
	folder: v.string(),
	what: v.picklist(["create", "change"]),
})),
	undo: v.array(ruleUndoCheck),
});

export const quickScopeCheck = v.picklist(["personal", "team", "global"]);

export const quickReplyCheck = v.object({
	id: idCheck,
	scope: quickScopeCheck,
	place: v.nullable(idCheck),
	removed: v.boolean(),
	editable: v.boolean(),
	folder: v.string(),
	title: v.string(),
	shortcut: v.nullable(v.string()),
	body: v.string(),
	files: v.array(fileCheck),
	used: countCheck,
	used_by_me: countCheck,
	used_at: v.nullable(timeCheck),
	updated_by: v.nullable(idCheck),
	created_at: timeCheck,
	updated_at: timeCheck,
	version: countCheck,
});

export const quickBadRowCheck = v.object({
	line: countCheck,
	reason: v.string(),
	title: v.string(),
});

export const noticeCheck = v.object({
	version: countCheck,
	zh: v.string(),
	en: v.string(),
	url: v.string(),
});

export const identityKeyCheck = v.object({
	kid: v.string(),
	created_at: v.exactOptional(v.nullable(timeCheck)),
	revoked: v.exactOptional(v.boolean()),
});

export const webhookCheck = v.object({
	url: v.string(),
	enabled: v.boolean(),
	has_secret: v.boolean(),
});

export const channelSettingsCheck = v.object({
	origins: v.exactOptional(v.array(v.string())),
	colour: v.exactOptional(v.string()),
	title: v.exactOptional(v.record(v.string(), v.string())),
	notice: v.exactOptional(noticeCheck),
	identity_keys: v.exactOptional(v.array(identityKeyCheck)),
	identity_required: v.exactOptional(v.boolean()),
	webhook: v.exactOptional(webhookCheck),
});

export const mailSecurityCheck = v.picklist(["tls", "starttls", "none"]);

export const mailServerCheck = v.object({
	host: v.string(),
	port: countCheck,
	security: mailSecurityCheck,
	user: v.string(),
	has_password: v.boolean(),
});

export const mailAnsweringCheck = v.picklist(["off", "proven", "all"]);

export const mailboxSettingsCheck = v.object({
	address: v.string(),
	name: v.string(),
	imap: mailServerCheck,
	smtp: mailServerCheck,
	folder: v.string(),
	trusted_host: v.string(),
	since: v.nullable(timeCheck),
	auto_answer: mailAnsweringCheck,
});

export const mailStepCheck = v.picklist(["connect", "secure", "login", "folder", "ready"]);

export const mailAdviceCheck = v.picklist(["none", "name", "unreachable", "private", "encryption", "certificate", "password", "folder", "refused"]);

export const mailboxStateCheck = v.object({
	state: v.picklist(["off", "connecting", "connected", "waiting"]),
	idle: v.boolean(),
	connected_at: v.nullable(timeCheck),
	last_mail_at: v.nullable(timeCheck),
	taken: countCheck,
	told: countCheck,
	told_at: v.nullable(timeCheck),
	told_text: v.string(),
	failed_at: v.nullable(timeCheck),
	step: mailStepCheck,
	error: v.string(),
	advice: mailAdviceCheck,
	next_try_at: v.nullable(timeCheck),
});

export const channelCheck = v.object({
	id: idCheck,
	kind: channelKindCheck,
	name: v.string(),
	public_key: v.string(),
	unit: v.nullable(idCheck),
	enabled: v.boolean(),
	created_at: v.nullable(timeCheck),
	version: countCheck,
	settings: v.exactOptional(channelSettingsCheck),
	snippet: v.exactOptional(v.string()),
	page: v.exactOptional(v.string()),
	mailbox: v.exactOptional(mailboxSettingsCheck),
	mailbox_state: v.exactOptional(mailboxStateCheck),
});

export const mailboxTestCheck = v.object({
	ok: v.boolean(),
	steps: v.array(v.object({
	server: v.picklist(["imap", "smtp"]),
	step: mailStepCheck,
	ok: v.boolean(),
	words: v.string(),
	advice: mailAdviceCheck,
})),
});

export const outboxStateCheck = v.picklist(["waiting", "sending", "sent", "dropped", "dead"]);

export const outboxSummaryCheck = v.object({
	waiting: countCheck,
	failing: countCheck,
	sending: countCheck,
	sent: countCheck,
	dropped: countCheck,
	dead: countCheck,
	sent_at: v.nullable(timeCheck),
	failed_at: v.nullable(timeCheck),
	status: countCheck,
	answer: v.string(),
});

export const outboxItemCheck = v.object({
	id: idCheck,
	customer: idCheck,
	entry: v.nullable(idCheck),
	state: outboxStateCheck,
	attempts: countCheck,
	created_at: timeCheck,
	due_at: timeCheck,
	give_up_at: timeCheck,
	changed_at: timeCheck,
	status: countCheck,
	answer: v.string(),
});

export const apiKeyCheck = v.object({
	id: idCheck,
	name: v.string(),
	scopes: v.string(),
	created_by: v.nullable(idCheck),
	created_at: timeCheck,
	expires_at: v.nullable(timeCheck),
	revoked_at: v.nullable(timeCheck),
});

export const auditRowCheck = v.object({
	id: idCheck,
	at: timeCheck,
	actor: authorCheck,
	action: v.string(),
	subject_kind: v.string(),
	subject: v.nullable(idCheck),
	address: v.string(),
	detail: v.string(),
});

export const phraseHitCheck = v.object({
	phrase: idCheck,
	text: v.string(),
	action: phraseActionCheck,
	advice: v.string(),
	begin: countCheck,
	end: countCheck,
});

export const phraseCheck = v.object({
	id: idCheck,
	text: v.string(),
	action: phraseActionCheck,
	advice: v.string(),
	exceptions: v.array(v.string()),
	hits: countCheck,
	hit_at: v.nullable(timeCheck),
	updated_by: v.nullable(idCheck),
	updated_at: timeCheck,
	version: countCheck,
	removed: v.boolean(),
});

export const phraseListCheck = v.object({
	items: v.array(phraseCheck),
});

export const phraseAnswerCheck = v.object({
	phrase: phraseCheck,
});

export const phraseCheckCheck = v.object({
	action: v.nullable(phraseActionCheck),
	hits: v.array(phraseHitCheck),
});

export const heldBackCheck = v.object({
	rule: idCheck,
	title: v.string(),
	held_back: countCheck,
	held_back_at: v.nullable(timeCheck),
});

export const heldBackListCheck = v.object({
	items: v.array(heldBackCheck),
});

export const publicAuthorCheck = v.object({
	kind: authorKindCheck,
	name: v.exactOptional(v.nullable(v.string())),
});

export const publicEntryCheck = v.object({
	pub: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
	kind: v.literal("message"),
	author: publicAuthorCheck,
	at: timeCheck,
	ref: v.nullable(refCheck),
	body: v.nullable(textBodyCheck),
	files: v.nullable(v.array(fileCheck)),
});

export const publicMarkCheck = v.object({
	delivered: countCheck,
	seen: countCheck,
});

export const consoleHelloFrameCheck = v.object({
	t: v.literal("hello"),
	csrf: v.string(),
	cursor: v.nullable(idCheck),
	views: v.array(viewCheck),
	watch: v.pipe(v.array(idCheck), v.maxLength(8)),
	state: chosenStateCheck,
	reason: v.exactOptional(v.pipe(v.string(), v.maxLength(40))),
});

export const consoleSendFrameCheck = v.object({
	t: v.literal("send"),
	ref: refCheck,
	conversation: v.exactOptional(idCheck),
	customer: v.exactOptional(idCheck),
	kind: v.picklist(["message", "note"]),
	text: v.string(),
	files: v.exactOptional(v.array(idCheck)),
	quick_replies: v.exactOptional(v.array(idCheck)),
	seen_seq: v.exactOptional(countCheck),
	mentions: v.exactOptional(v.pipe(v.array(idCheck), v.maxLength(10))),
	acknowledged: v.exactOptional(v.pipe(v.array(idCheck), v.maxLength(10))),
	check: v.exactOptional(v.boolean()),
});

export const actFrameCheck = v.object({
	t: v.literal("act"),
	ref: refCheck,
	conversation: idCheck,
	action: actionCheck,
	assignee: v.exactOptional(idCheck),
	version: v.exactOptional(countCheck),
	note: v.exactOptional(v.pipe(v.string(), v.maxLength(4000))),
});

export const consoleMarkFrameCheck = v.object({
	t: v.literal("mark"),
	customer: idCheck,
	timeline: idCheck,
	seq: countCheck,
});

export const consoleTypingFrameCheck = v.object({
	t: v.literal("typing"),
	customer: idCheck,
	on: v.boolean(),
	note: v.boolean(),
});

export const watchFrameCheck = v.object({
	t: v.literal("watch"),
	customers: v.pipe(v.array(idCheck), v.maxLength(8)),
});

export const viewsFrameCheck = v.object({
	t: v.literal("views"),
	views: v.array(viewCheck),
});

export const rowsFrameCheck = v.object({
	t: v.literal("rows"),
	customers: v.pipe(v.array(idCheck), v.maxLength(64)),
});

export const setPresenceFrameCheck = v.object({
	t: v.literal("presence"),
	state: chosenStateCheck,
	reason: v.exactOptional(v.pipe(v.string(), v.maxLength(40))),
});

export const consoleRangeRequestFrameCheck = v.object({
	t: v.literal("range"),
	id: v.pipe(v.string(), v.maxLength(64)),
	timeline: idCheck,
	after: countCheck,
	limit: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(200)),
});

export const pingFrameCheck = v.object({
	t: v.literal("ping"),
});

export const consoleClientFrameCheck = v.variant("t", [consoleHelloFrameCheck, consoleSendFrameCheck, actFrameCheck, consoleMarkFrameCheck, consoleTypingFrameCheck, watchFrameCheck, viewsFrameCheck, rowsFrameCheck, setPresenceFrameCheck, consoleRangeRequestFrameCheck, pingFrameCheck]);

export const consoleWelcomeFrameCheck = v.object({
	t: v.literal("welcome"),
	me: staffCheck,
	node: countCheck,
	cursor: v.nullable(idCheck),
	resumed: v.boolean(),
	time: timeCheck,
	presence: v.array(staffPresenceCheck),
	viewers: v.array(viewersCheck),
	calls: v.array(callCheck),
});

export const consoleEntryFrameCheck = v.object({
	t: v.literal("entry"),
	entry: entryCheck,
	conversation: v.nullable(conversationCheck),
});

export const consoleAckFrameCheck = v.object({
	t: v.literal("ack"),
	ref: refCheck,
	id: v.nullable(idCheck),
	seq: countCheck,
	timeline: v.nullable(idCheck),
	at: v.nullable(timeCheck),
	duplicate: v.boolean(),
	conversation: v.exactOptional(v.nullable(conversationCheck)),
});

export const nackFrameCheck = v.object({
	t: v.literal("nack"),
	ref: refCheck,
	code: nackCodeCheck,
	text: v.string(),
	retry_ms: v.exactOptional(v.nullable(v.pipe(v.number(), v.safeInteger()))),
	hits: v.exactOptional(v.array(phraseHitCheck)),
});

export const consoleMarkedFrameCheck = v.object({
	t: v.literal("mark"),
	timeline: idCheck,
	customer: idCheck,
	party: partyCheck,
	delivered: countCheck,
	seen: countCheck,
	inbound_read: countCheck,
});

export const consoleTyperFrameCheck = v.object({
	t: v.literal("typing"),
	customer: idCheck,
	who: authorCheck,
	on: v.boolean(),
});

export const presenceFrameCheck = v.object({
	t: v.literal("presence"),
	staff: idCheck,
	state: presenceStateCheck,
	reason: v.exactOptional(v.string()),
	since: v.exactOptional(v.nullable(timeCheck)),
});

export const viewersFrameCheck = v.object({
	t: v.literal("viewers"),
	customer: idCheck,
	staff: v.array(viewerCheck),
});

export const callFrameCheck = v.object({
	t: v.literal("call"),
	call: callCheck,
	customer: v.nullable(customerCheck),
	candidates: v.array(customerCheck),
	conversation: v.nullable(conversationCheck),
});

export const customerFrameCheck = v.object({
	t: v.literal("customer"),
	customer: customerCheck,
	members: v.array(idCheck),
});

export const deliveryFrameCheck = v.object({
	t: v.literal("delivery"),
	customer: idCheck,
	delivery: deliveryCheck,
});

export const rulesFrameCheck = v.object({
	t: v.literal("rules"),
	changes: countCheck,
	problem: v.string(),
});

export const quickReplyFrameCheck = v.object({
	t: v.literal("quick_reply"),
	reply: v.nullable(quickReplyCheck),
});

export const consoleRangeFrameCheck = v.object({
	t: v.literal("range"),
	id: v.pipe(v.string(), v.maxLength(64)),
	timeline: idCheck,
	entries: v.array(entryCheck),
	more: v.boolean(),
});

export const newMentionCheck = v.object({
	entry: idCheck,
	customer: idCheck,
	author: idCheck,
	text: v.string(),
});

export const mentionsFrameCheck = v.object({
	t: v.literal("mentions"),
	new: v.exactOptional(newMentionCheck),
});

export const filtersFrameCheck = v.object({
	t: v.literal("filters"),
});

export const errorFrameCheck = v.object({
	t: v.literal("error"),
	code: v.string(),
	text: v.string(),
});

export const pongFrameCheck = v.object({
	t: v.literal("pong"),
});

export const byeFrameCheck = v.object({
	t: v.literal("bye"),
	code: byeCodeCheck,
	text: v.string(),
});

export const hoursFrameCheck = v.object({
	open: v.boolean(),
	next_change: v.nullable(timeCheck),
	zone: v.string(),
	day: v.nullable(v.string()),
	t: v.literal("hours"),
});

export const consoleServerFrameCheck = v.variant("t", [consoleWelcomeFrameCheck, consoleEntryFrameCheck, consoleAckFrameCheck, nackFrameCheck, consoleMarkedFrameCheck, consoleTyperFrameCheck, presenceFrameCheck, viewersFrameCheck, callFrameCheck, customerFrameCheck, deliveryFrameCheck, quickReplyFrameCheck, rulesFrameCheck, consoleRangeFrameCheck, mentionsFrameCheck, filtersFrameCheck, hoursFrameCheck, errorFrameCheck, pongFrameCheck, byeFrameCheck]);

export const widgetHelloFrameCheck = v.object({
	t: v.literal("hello"),
	token: v.string(),
	pub: v.nullable(v.pipe(v.number(), v.safeInteger())),
	language: languageCheck,
});

export const widgetSendFrameCheck = v.object({
	t: v.literal("send"),
	ref: refCheck,
	text: v.string(),
	files: v.exactOptional(v.array(idCheck)),
	human: v.exactOptional(v.boolean()),
});

export const widgetTypingFrameCheck = v.object({
	t: v.literal("typing"),
	on: v.boolean(),
});

export const widgetFeedbackFrameCheck = v.object({
	t: v.literal("feedback"),
	ref: refCheck,
	pub: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
	helpful: v.boolean(),
});

export const widgetMarkFrameCheck = v.object({
	t: v.literal("mark"),
	delivered: countCheck,
	seen: countCheck,
});

export const widgetRangeRequestFrameCheck = v.object({
	t: v.literal("range"),
	id: v.pipe(v.string(), v.maxLength(64)),
	before: v.exactOptional(countCheck),
	after: v.exactOptional(countCheck),
	limit: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(200)),
});

export const widgetClientFrameCheck = v.variant("t", [widgetHelloFrameCheck, widgetSendFrameCheck, widgetFeedbackFrameCheck, widgetTypingFrameCheck, widgetMarkFrameCheck, widgetRangeRequestFrameCheck, pingFrameCheck]);

export const widgetChannelCheck = v.object({
	name: v.string(),
});

export const widgetWelcomeFrameCheck = v.object({
	t: v.literal("welcome"),
	pub: countCheck,
	channel: widgetChannelCheck,
	online: v.boolean(),
	hours: v.exactOptional(hoursStateCheck),
	answers_by_mail: v.exactOptional(v.boolean()),
	identified: v.boolean(),
	house: publicMarkCheck,
	own: publicMarkCheck,
	time: timeCheck,
	more: v.boolean(),
});

export const widgetEntryFrameCheck = v.object({
	t: v.literal("entry"),
	entry: publicEntryCheck,
});

export const widgetAckFrameCheck = v.object({
	t: v.literal("ack"),
	ref: refCheck,
	pub: countCheck,
	at: timeCheck,
	duplicate: v.boolean(),
});

export const widgetTyperFrameCheck = v.object({
	t: v.literal("typing"),
	who: publicAuthorCheck,
	on: v.boolean(),
});

export const widgetRangeFrameCheck = v.object({
	t: v.literal("range"),
	id: v.pipe(v.string(), v.maxLength(64)),
	entries: v.array(publicEntryCheck),
	more: v.boolean(),
});

export const widgetMarkedFrameCheck = v.object({
	t: v.literal("mark"),
	party: v.string(),
	delivered: countCheck,
	seen: countCheck,
});

export const onlineFrameCheck = v.object({
	t: v.literal("online"),
	online: v.boolean(),
});

export const widgetServerFrameCheck = v.variant("t", [widgetWelcomeFrameCheck, widgetEntryFrameCheck, widgetAckFrameCheck, nackFrameCheck, widgetTyperFrameCheck, widgetRangeFrameCheck, widgetMarkedFrameCheck, hoursFrameCheck, onlineFrameCheck, errorFrameCheck, pongFrameCheck, byeFrameCheck]);

export const restErrorDetailCheck = v.object({
	code: v.string(),
	text: v.string(),
	field: v.exactOptional(v.nullable(v.string())),
});

export const restErrorCheck = v.object({
	error: restErrorDetailCheck,
	hits: v.exactOptional(v.array(phraseHitCheck)),
});

export const sessionConfigCheck = v.object({
	home_region: v.exactOptional(v.string()),
	home_area: v.exactOptional(v.string()),
	max_upload: v.exactOptional(countCheck),
	may_export: v.exactOptional(v.boolean()),
});

export const sessionCheck = v.object({
	staff: staffCheck,
	csrf: v.string(),
	config: v.exactOptional(sessionConfigCheck),
});

export const conversationCountsCheck = v.object({
	mine: countCheck,
	unassigned: countCheck,
	all: countCheck,
	mine_unread: countCheck,
});

export const conversationPageCheck = v.object({
	items: v.array(conversationItemCheck),
	next: v.nullable(v.string()),
});

export const customerItemCheck = v.object({
	id: idCheck,
	primary: idCheck,
	unit: v.nullable(idCheck),
	owner: v.nullable(idCheck),
	anonymous: v.boolean(),
	name: v.string(),
	external_id: v.nullable(v.string()),
	language: languageCheck,
	gender: v.string(),
	company: v.string(),
	remark: v.string(),
	restricted: v.boolean(),
	created_at: timeCheck,
	updated_at: timeCheck,
	version: countCheck,
	phone: v.exactOptional(v.string()),
	last_contact_at: v.exactOptional(v.nullable(timeCheck)),
	fields: v.exactOptional(v.record(v.string(), fieldValueCheck)),
});

export const mentionCheck = v.object({
	id: idCheck,
	entry: idCheck,
	conversation: v.nullable(idCheck),
	customer: idCheck,
	customer_name: v.string(),
	anonymous: v.boolean(),
	author: idCheck,
	at: timeCheck,
	text: v.string(),
	seen: v.boolean(),
});

export const mentionPageCheck = v.object({
	items: v.array(mentionCheck),
	next: v.nullable(v.string()),
	unseen: countCheck,
});

export const searchHitCheck = v.object({
	entry: idCheck,
	timeline: idCheck,
	seq: countCheck,
	kind: entryKindCheck,
	author: authorCheck,
	channel_kind: v.string(),
	customer: v.object({
	id: idCheck,
	name: v.string(),
	anonymous: v.boolean(),
}),
	conversation: v.nullable(idCheck),
	at: timeCheck,
	field: v.picklist(["text", "subject", "quote", "menu", "topic", "next_step", "note", "file"]),
	snippet: v.array(v.object({
	text: v.string(),
	mark: v.boolean(),
})),
});

export const searchPageCheck = v.object({
	items: v.array(searchHitCheck),
	next: v.nullable(v.string()),
	partial: v.boolean(),
	behind: countCheck,
	facts: countCheck,
	took_us: countCheck,
});

export const savedFilterCheck = v.object({
	id: idCheck,
	owner: idCheck,
	shared: v.boolean(),
	place: v.picklist(["conversations", "transcripts"]),
	name: v.string(),
	query: v.string(),
	version: countCheck,
});

export const filterListCheck = v.object({
	items: v.array(savedFilterCheck),
});

export const staffSessionCheck = v.object({
	current: v.boolean(),
	created_at: timeCheck,
	expires_at: timeCheck,
	address: v.string(),
	browser: v.string(),
});

export const sessionListCheck = v.object({
	items: v.array(staffSessionCheck),
});

export const presenceRowCheck = v.object({
	state: presenceStateCheck,
	reason: v.string(),
	at: timeCheck,
});

export const presenceListCheck = v.object({
	items: v.array(presenceRowCheck),
});

export const floorShareCheck = v.object({
	staff: v.nullable(idCheck),
	open: countCheck,
	waiting: countCheck,
	waiting_since: v.nullable(timeCheck),
});

export const floorCheck = v.object({
	time: timeCheck,
	agents: v.array(floorShareCheck),
	waiting: v.array(conversationItemCheck),
});

export const customerPageCheck = v.object({
	items: v.array(customerItemCheck),
	next: v.nullable(v.string()),
});

export const importJobCheck = v.object({
	id: idCheck,
	name: v.string(),
	state: v.picklist(["ready", "running", "done", "stopped", "failed"]),
	charset: v.string(),
	mapping: v.array(v.string()),
	size: countCheck,
	done: countCheck,
	created: countCheck,
	changed: countCheck,
	unchanged: countCheck,
	bad: countCheck,
	problem: v.string(),
	author: v.nullable(idCheck),
	created_at: timeCheck,
	started_at: v.nullable(timeCheck),
	ended_at: v.nullable(timeCheck),
});

export const importAnswerCheck = v.object({
	import: importJobCheck,
});

export const importListCheck = v.object({
	items: v.array(importJobCheck),
});

export const importPreviewCheck = v.object({
	import: importJobCheck,
	columns: v.array(v.string()),
	rows: v.array(v.array(v.string())),
	suggested: v.array(v.string()),
});

export const fieldListCheck = v.object({
	items: v.array(fieldCheck),
});

export const fieldAnswerCheck = v.object({
	field: fieldCheck,
});

export const valueHistoryCheck = v.object({
	items: v.array(customerValueCheck),
});

export const entryPageCheck = v.object({
	entries: v.array(entryCheck),
	next: v.nullable(v.string()),
});

export const callListCheck = v.object({
	items: v.array(callCheck),
});

export const fileListCheck = v.object({
	items: v.array(fileCheck),
});

export const uploadedFileCheck = v.object({
	file: fileCheck,
});

export const staffListCheck = v.object({
	items: v.array(staffCheck),
});

export const quickReplyListCheck = v.object({
	items: v.array(quickReplyCheck),
});

export const quickReplyAnswerCheck = v.object({
	reply: quickReplyCheck,
});

export const quickImportCheck = v.object({
	charset: v.string(),
	tried: v.boolean(),
	created: countCheck,
	changed: countCheck,
	unchanged: countCheck,
	bad_count: countCheck,
	bad: v.array(quickBadRowCheck),
});

export const mailboxCheck = v.object({
	id: idCheck,
	name: v.string(),
	address: v.string(),
	enabled: v.boolean(),
});

export const mailboxListCheck = v.object({
	items: v.array(mailboxCheck),
});

export const channelListCheck = v.object({
	items: v.array(channelCheck),
});

export const apiKeyListCheck = v.object({
	items: v.array(apiKeyCheck),
});

export const auditPageCheck = v.object({
	items: v.array(auditRowCheck),
	next: v.nullable(v.string()),
});

export const callAnswerCheck = v.object({
	call: callCheck,
});

export const entryAnswerCheck = v.object({
	id: idCheck,
	seq: countCheck,
	timeline: idCheck,
	customer: idCheck,
	conversation: v.nullable(idCheck),
	at: timeCheck,
	duplicate: v.boolean(),
});

export const callEventAnswerCheck = v.object({
	call: v.nullable(callCheck),
	customer: v.nullable(idCheck),
	duplicate: v.boolean(),
});

export const customerListCheck = v.object({
	items: v.array(customerCheck),
});

export const staffAnswerCheck = v.object({
	staff: staffCheck,
	password: v.exactOptional(v.string()),
});

export const channelAnswerCheck = v.object({
	channel: channelCheck,
});

export const channelKeyCheck = v.object({
	kid: v.string(),
	secret: v.string(),
	channel: channelCheck,
});

export const webhookSecretCheck = v.object({
	secret: v.string(),
	channel: channelCheck,
});

export const webhookTestCheck = v.object({
	ok: v.boolean(),
	status: countCheck,
	answer: v.string(),
	took_ms: countCheck,
});

export const outboxPageCheck = v.object({
	summary: outboxSummaryCheck,
	items: v.array(outboxItemCheck),
	next: v.nullable(v.string()),
});

export const outboxAgainCheck = v.object({
	items: countCheck,
});

export const apiKeyAnswerCheck = v.object({
	api_key: apiKeyCheck,
	key: v.string(),
});

export const csrfAnswerCheck = v.object({
	csrf: v.string(),
});

export const widgetConfigCheck = v.object({
	name: v.string(),
	languages: v.exactOptional(v.array(languageCheck)),
	colour: v.exactOptional(v.nullable(v.string())),
	title: v.exactOptional(v.nullable(v.record(v.string(), v.string()))),
	notice: v.exactOptional(v.nullable(noticeCheck)),
	max_upload: v.exactOptional(countCheck),
	identity_required: v.exactOptional(v.boolean()),
});

export const widgetSessionCheck = v.object({
	token: v.string(),
	expires_at: timeCheck,
	identified: v.boolean(),
});
