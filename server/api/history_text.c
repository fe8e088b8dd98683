/* A history as a document for people: one HTML file without anything outside of it, made to
 * be read and printed. Whatever an outsider wrote is text in it. */
#include <stdio.h>
#include <string.h>

#include "api/export_row.h"
#include "api/history_export.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "model/fact.h"
#include "model/names.h"

enum { MINUTE_MS = 60000, SHOWN_ADDRESSES = 100 };

static const char style[] =
	"body{font:15px/1.6 system-ui,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;"
	"color:#1b2330;background:#fff;max-width:52rem;margin:2rem auto;padding:0 1.25rem}"
	"h1{font-size:1.5rem;margin:0 0 .25rem}dl{display:grid;grid-template-columns:max-content 1fr;"
	"gap:.15rem 1rem;margin:1rem 0 2rem;color:#465267}dt{color:#6b778c}dd{margin:0;"
	"overflow-wrap:anywhere}h2{font-size:.85rem;color:#6b778c;font-weight:600;margin:2rem 0 .5rem;"
	"border-bottom:1px solid #dfe4ec;padding-bottom:.25rem}article{margin:.6rem 0;"
	"padding:.55rem .8rem;border-left:3px solid #c3ccda;background:#f7f8fa;break-inside:avoid}"
	"article.customer{border-color:#2f6feb;background:#f2f6ff}article.note{border-color:#c98a00;"
	"background:#fff8e6}article.event{background:none;border-color:#e6eaf0;color:#566178;"
	"padding:.1rem .8rem}header{font-size:.8rem;color:#6b778c}header b{color:#1b2330}"
	"p{margin:.2rem 0 0;white-space:pre-wrap;overflow-wrap:anywhere}"
	".file,.mail{font-size:.8rem;color:#465267;overflow-wrap:anywhere}code{font-size:.75rem}"
	"blockquote{margin:.4rem 0 0;padding-left:.7rem;border-left:2px solid #d5dbe5;color:#6b778c;"
	"white-space:pre-wrap;overflow-wrap:anywhere}.fault{color:#b42318;font-weight:600}footer{margin:2rem 0;font-size:.8rem;"
	"color:#6b778c}@media print{body{margin:0;max-width:none;font-size:11pt}"
	"article{background:none!important}}";

static const struct {
	enum fact_kind kind;
	const char *zh;
	const char *en;
} events[] = {
	{FACT_NOTE, "内部备注", "internal note"},
	{FACT_CALL_STARTED, "电话开始", "call began"},
	{FACT_CALL_ANSWERED, "电话接通", "call answered"},
	{FACT_CALL_ENDED, "电话结束", "call ended"},
	{FACT_CALL_OUTCOME, "通话记录", "call noted"},
	{FACT_VISIT, "当面拜访", "meeting"},
	{FACT_OPENED, "会话开始", "conversation began"},
	{FACT_ASSIGNED, "会话分配给", "conversation given to"},
	{FACT_RELEASED, "会话退回待分配", "conversation released"},
	{FACT_RESOLVED, "会话已解决", "conversation resolved"},
	{FACT_REOPENED, "会话重新打开", "conversation reopened"},
	{FACT_CUSTOMER_CREATED, "客户建档", "customer created"},
	{FACT_CUSTOMER_EDITED, "客户资料变更", "profile changed"},
	{FACT_CONTACT_ADDED, "添加联系方式", "contact added"},
	{FACT_CONTACT_REMOVED, "删除联系方式", "contact removed"},
	{FACT_ATTACHED, "合并客户", "customers joined"},
	{FACT_IDENTIFIED, "身份已确认", "identity proven"},
	{FACT_SEPARATED, "拆分客户", "customers separated"},
	{FACT_SEND_FAILED, "发送失败", "not sent"},
	{FACT_HANDED_OVER, "转人工", "handed over to a person"},
	{FACT_FEEDBACK, "对自动回复的评价", "feedback on an automatic answer"},
	{FACT_FLAGGED, "敏感用语提示", "watched phrase"},
	{FACT_TAGGED, "标签变更", "tags changed"},
	{FACT_LINK_PROPOSED, "可能属于其他会话", "may belong to another conversation"},
	{FACT_LINK_JUDGED, "是否属于其他会话的判断", "judged whether it belongs elsewhere"},
};

bool
history_internal(const struct fact *f)
{
	switch (f->kind) {
	case FACT_MESSAGE:
	case FACT_CALL_STARTED:
	case FACT_CALL_ANSWERED:
	case FACT_OPENED:
	case FACT_ASSIGNED:
	case FACT_RELEASED:
	case FACT_RESOLVED:
	case FACT_REOPENED:
	case FACT_IDENTIFIED:
	case FACT_SEND_FAILED:
	case FACT_HANDED_OVER:
	case FACT_FEEDBACK:
		return f->restricted;
	case FACT_CALL_ENDED:
		/* What an agent noted before it ended stands in it. */
		return f->restricted || f->body == NULL ||
			strstr(f->body, "\"outcome_note\":\"\"") == NULL;
	default:
		return true;
	}
}

static const char *
say(const struct history_export *x, const char *zh, const char *en)
{
	return x->english ? en : zh;
}

static void
put(struct buf *out, const char *text)
{
	for (const char *p = text != NULL ? text : ""; *p != '\0'; p++) {
		switch (*p) {
		case '&':
			buf_puts(out, "&amp;");
			break;
		case '<':
			buf_puts(out, "&lt;");
			break;
		case '>':
			buf_puts(out, "&gt;");
			break;
		case '"':
			buf_puts(out, "&quot;");
			break;
		case '\'':
			buf_puts(out, "&#39;");
			break;
		default:
			buf_putc(out, *p);
		}
	}
}

/* 2026-11-22 13:05:09 on the reader's clock. */
static void
put_time(const struct history_export *x, int64_t at, struct buf *out)
{
	char text[TIME_TEXT_SIZE];

	time_format(at + x->offset_minutes * MINUTE_MS, text);
	buf_printf(out, "%.10s %.8s", text, text + 11);
}

static void
put_zone(const struct history_export *x, struct buf *out)
{
	int64_t offset = x->offset_minutes;
	int64_t minutes = offset < 0 ? -offset : offset;

	buf_printf(out, "UTC%s%02d:%02d", offset < 0 ? "-" : "+", (int)(minutes / 60),
		(int)(minutes % 60));
}

/* Channels and kinds of contacts, as people call them. */
static const char *
word_for(const struct history_export *x, const char *name)
{
	static const char *const words[][3] = {{"webchat", "网页聊天", "web chat"},
		{"app", "App", "app"}, {"phone", "电话", "phone"}, {"email", "邮件", "mail"},
		{"counter", "面访", "counter"}, {"sender", "邮件发件人", "mail sender"},
		{"wechat", "微信", "WeChat"}, {"user", "网站用户", "user"},
		{"visitor", "访客", "visitor"}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (str_equals(name, words[i][0])) {
			return say(x, words[i][1], words[i][2]);
		}
	}
	return say(x, "其他", "other");
}

static const char *
staff_name(const struct history_export *x, uint64_t id)
{
	const char *name = export_staff_name(x->staff, x->staff_count, id);

	return name != NULL ? name : say(x, "客服", "staff");
}

static const char *
author_name(const struct history_export *x, const struct fact *f)
{
	switch (f->author_kind) {
	case AUTHOR_CUSTOMER:
		return str_empty(x->customer.name) ? say(x, "客户", "customer")
										   : x->customer.name;
	case AUTHOR_STAFF:
		return staff_name(x, f->author);
	case AUTHOR_BOT:
		return say(x, "自动回复", "automatic answer");
	case AUTHOR_API:
		return say(x, "接口", "by API");
	case AUTHOR_SYSTEM:
	default:
		return say(x, "系统", "system");
	}
}

static const char *
event_name(const struct history_export *x, enum fact_kind kind)
{
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		if (events[i].kind == kind) {
			return say(x, events[i].zh, events[i].en);
		}
	}
	return fact_kind_name(kind);
}

static void
put_paragraph(struct buf *out, const char *text)
{
	if (!str_empty(text)) {
		buf_puts(out, "<p>");
		put(out, text);
		buf_puts(out, "</p>");
	}
}

static void
put_addresses(struct buf *out, const struct json *list)
{
	size_t count = list != NULL ? json_length(list) : 0;

	for (size_t i = 0; i < count && i < SHOWN_ADDRESSES; i++) {
		buf_puts(out, i > 0 ? ", " : "");
		put(out, json_string(json_at(list, i), "address"));
	}
}

static void
put_mail(const struct history_export *x, const struct json *mail, struct buf *out)
{
	const struct json *from = json_get(mail, "from");

	buf_printf(out, "<div class=mail>%s ", say(x, "主题", "Subject"));
	put(out, json_string(mail, "subject"));
	buf_printf(out, "<br>%s ", say(x, "发件人", "From"));
	put(out, from != NULL ? json_string(from, "address") : "");
	buf_printf(out, " · %s ", say(x, "收件人", "To"));
	put_addresses(out, json_get(mail, "to"));
	if (json_length(json_get(mail, "cc")) > 0) {
		buf_printf(out, " · %s ", say(x, "抄送", "Cc"));
		put_addresses(out, json_get(mail, "cc"));
	}
	buf_puts(out, "</div>");
}

static void
put_quote(const struct json *mail, struct buf *out)
{
	const char *quote = json_string(mail, "quote");

	if (!str_empty(quote)) {
		buf_puts(out, "<blockquote>");
		put(out, quote);
		buf_puts(out, "</blockquote>");
	}
}

static void
put_duration(const struct json *call, const char *key, const char *label, struct buf *out)
{
	int64_t ms = 0;

	if (json_i64(call, key, &ms) && ms > 0) {
		buf_printf(out, " · %s %d:%02d", label, (int)(ms / 60000), (int)(ms / 1000 % 60));
	}
}

static const char *
result_text(const struct history_export *x, const char *result)
{
	static const char *const words[][3] = {{"completed", "已接通", "answered"},
		{"missed", "未接来电", "missed"},
		{"abandoned", "客户挂断", "hung up while waiting"},
		{"no_answer", "无人接听", "no answer"}, {"busy", "忙线", "busy"},
		{"failed", "失败", "failed"}, {"voicemail", "语音留言", "voicemail"}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (str_equals(result, words[i][0])) {
			return say(x, words[i][1], words[i][2]);
		}
	}
	return "";
}

static void
put_call(const struct history_export *x, const struct json *call, bool ended,
	struct buf *out)
{
	const char *direction = json_string(call, "direction");
	bool in = str_equals(direction, "in");

	buf_printf(out, "<p>%s ", in ? say(x, "来电", "from") : say(x, "去电", "to"));
	put(out, json_string(call, "customer_number"));
	if (ended) {
		buf_printf(out, " · %s", result_text(x, json_string(call, "result")));
		put_duration(call, "talk_ms", say(x, "通话", "talked"), out);
		put_duration(call, "hold_ms", say(x, "保持", "on hold"), out);
	}
	if (x->notes && !str_empty(json_string(call, "outcome_note"))) {
		buf_puts(out, " · ");
		put(out, json_string(call, "outcome_note"));
	}
	buf_puts(out, "</p>");
}

static void
put_visit(const struct json *visit, struct buf *out)
{
	static const char *const keys[] = {"place", "topic", "next_step", "next_on"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		put_paragraph(out, json_string(visit, keys[i]));
	}
}

/* {"name":{"from":"","to":"x"}} */
static void
put_changes(const struct json *changes, struct buf *out)
{
	void *iterator = NULL;
	const struct json *value;
	const char *name;

	while ((name = json_iterate(changes, &iterator, &value)) != NULL) {
		const char *to = json_is_object(value) ? json_string(value, "to") : NULL;
		buf_puts(out, "<p>");
		put(out, name);
		buf_puts(out, ": ");
		put(out, to);
		buf_puts(out, "</p>");
	}
}

static void
put_body(const struct history_export *x, const struct fact *f, const struct json *body,
	struct buf *out)
{
	const struct json *mail = json_get(body, "mail");
	const struct json *call = json_get(body, "call");
	uint64_t id;

	if (mail != NULL && json_is_object(mail)) {
		put_mail(x, mail, out);
	}
	put_paragraph(out, json_string(body, "text"));
	if (mail != NULL && json_is_object(mail)) {
		put_quote(mail, out);
	}
	if (call != NULL && json_is_object(call)) {
		put_call(x, call, f->kind == FACT_CALL_ENDED, out);
	}
	if (f->kind == FACT_CALL_OUTCOME || f->kind == FACT_CONTACT_ADDED ||
		f->kind == FACT_CONTACT_REMOVED) {
		put_paragraph(out, json_string(body, "outcome"));
		put_paragraph(out, json_string(body, "note"));
		put_paragraph(out, json_string(body, "value"));
	}
	if (f->kind == FACT_ASSIGNED && json_id(body, "to", &id)) {
		put_paragraph(out, staff_name(x, id));
	}
	const struct json *visit = json_get(body, "visit");
	if (visit != NULL && json_is_object(visit)) {
		put_visit(visit, out);
	}
	const struct json *changes = json_get(body, "changes");
	if (changes != NULL && json_is_object(changes)) {
		put_changes(changes, out);
	}
}

static void
put_files(const struct history_export *x, const struct json *files, struct buf *out)
{
	for (size_t i = 0; i < json_length(files); i++) {
		const struct json *file = json_at(files, i);
		int64_t size = 0;

		(void)json_i64(file, "size", &size);
		buf_printf(out, "<div class=file>%s <b>", say(x, "文件", "File"));
		put(out, json_string(file, "name"));
		buf_printf(out, "</b> · %lld %s · SHA-256 <code>", (long long)size,
			say(x, "字节", "bytes"));
		put(out, json_string(file, "sha256"));
		buf_puts(out, "</code></div>");
	}
}

static const char *
class_of(const struct fact *f)
{
	if (f->kind == FACT_NOTE || f->kind == FACT_CALL_OUTCOME || f->kind == FACT_VISIT) {
		return "note";
	}
	if (f->kind != FACT_MESSAGE) {
		return "event";
	}
	return f->author_kind == AUTHOR_CUSTOMER ? "customer" : "house";
}

static void
put_entry_head(const struct history_export *x, const struct fact *f, struct buf *out)
{
	buf_printf(out, "<article class=%s><header>", class_of(f));
	put_time(x, f->at, out);
	buf_puts(out, " · <b><bdi>");
	put(out, author_name(x, f));
	buf_puts(out, "</bdi></b>");
	if (f->kind != FACT_MESSAGE) {
		buf_printf(out, " · %s", event_name(x, f->kind));
	} else {
		buf_printf(out, " · %s", word_for(x, f->channel_kind));
	}
	if (f->body == NULL) {
		buf_printf(out, " · %s", say(x, "内容已删除", "erased"));
	}
	buf_puts(out, "</header>");
}

static void
put_unreadable(const struct history_export *x, struct buf *out)
{
	buf_printf(out, "<p class=fault>%s</p>",
		say(x, "此条记录的内容无法读取。", "What this entry says cannot be read."));
}

void
history_html_entry(const struct history_export *x, const struct fact *f, struct buf *out)
{
	struct json *body = NULL;
	struct json *files = NULL;
	bool whole = true;

	put_entry_head(x, f, out);
	if (f->body != NULL) {
		whole = json_parse(f->body, f->body_length, &body, NULL) == ERR_OK;
	}
	if (body != NULL) {
		put_body(x, f, body, out);
		json_free(body);
	}
	if (f->files != NULL) {
		whole = json_parse(f->files, strlen(f->files), &files, NULL) == ERR_OK && whole;
	}
	if (files != NULL) {
		put_files(x, files, out);
		json_free(files);
	}
	if (!whole) {
		put_unreadable(x, out);
	}
	buf_puts(out, "</article>\n");
}

void
history_html_unreadable(const struct history_export *x, const struct fact *f,
	struct buf *out)
{
	put_entry_head(x, f, out);
	put_unreadable(x, out);
	buf_puts(out, "</article>\n");
}

static void
put_row(struct buf *out, const char *label, const char *value)
{
	if (!str_empty(value)) {
		buf_printf(out, "<dt>%s</dt><dd>", label);
		put(out, value);
		buf_puts(out, "</dd>");
	}
}

void
history_html_head(const struct history_export *x, struct buf *out)
{
	const char *name = str_empty(x->customer.name) ? say(x, "访客", "Visitor")
												   : x->customer.name;

	buf_printf(out,
		"<!doctype html>\n<html lang=%s><head><meta charset=utf-8>"
		"<meta name=viewport content=\"width=device-width\">"
		"<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; "
		"style-src 'unsafe-inline'\"><title>",
		say(x, "zh-CN", "en"));
	put(out, name);
	buf_printf(out, " · %s</title><style>%s</style></head>\n<body><h1><bdi>",
		say(x, "沟通记录", "history"), style);
	put(out, name);
	buf_printf(out, "</bdi> · %s</h1>\n<dl>", say(x, "沟通记录", "history"));
	put_row(out, say(x, "客户号", "Customer no."), x->customer.external_id);
	put_row(out, say(x, "单位", "Company"), x->customer.company);
	for (size_t i = 0; i < x->contact_count; i++) {
		put_row(out, word_for(x, x->contacts[i].kind), x->contacts[i].value);
	}
	put_row(out, say(x, "导出人", "Exported by"), x->by);
	buf_printf(out, "<dt>%s</dt><dd>", say(x, "导出时间", "Exported at"));
	put_time(x, x->at, out);
	buf_puts(out, " (");
	put_zone(x, out);
	buf_printf(out, ")</dd><dt>%s</dt><dd>%llu</dd><dt>%s</dt><dd>%s</dd></dl>\n",
		say(x, "条目", "Entries"), (unsigned long long)x->entries,
		say(x, "内部信息", "Internal notes"),
		x->notes ? say(x, "包含", "included") : say(x, "不包含", "left out"));
	if (x->missing > 0) {
		buf_printf(out, "<p class=fault>%s%llu</p>\n",
			say(x, "记录不完整，数据库中缺失的条目数：",
				"This history is not whole. Entries missing in the database: "),
			(unsigned long long)x->missing);
	}
	buf_puts(out, "<main>\n");
}

void
history_html_tail(const struct history_export *x, struct buf *out)
{
	buf_printf(out, "</main><footer>%s</footer></body></html>\n",
		say(x,
			"时间按上述时区显示。附件不在本文件内，以名称和 SHA-256 标识。可校验的完整记录请导出 JSON。",
			"Times are in the zone above. Files are not part of this document: each is named "
			"with its SHA-256. The same history with its proof can be exported as JSON."));
}
