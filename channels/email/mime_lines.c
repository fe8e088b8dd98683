#include "channels/email/mime_lines.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"

enum {
	WROTE_LINES = 4,
	WROTE_BYTES_MAX = 500,
	HEADER_LINES = 8,
	FOOTER_DASHES = 20,
	SEPARATOR_MAX = 120
};

/* What stands between two rows of dashes before the mail that is answered. */
static const char *const separators[] = {"original message", "original appointment",
	"forwarded message", "forwarded by", "begin forwarded", "original mail",
	"reply message", "原始邮件", "原始郵件", "邮件原件", "郵件原件", "原邮件", "转发邮件",
	"转发的邮件", "轉寄郵件", "已转发邮件", "转发邮件信息", "回复的原邮件", "原始信息",
	"原始訊息", "元のメッセージ", "転送メッセージ", "원본 메시지", "원본 메일",
	"ursprüngliche nachricht", "weitergeleitete nachricht", "message d'origine",
	"message original", "message transféré", "mensaje original", "mensaje reenviado",
	"mensagem original", "messaggio originale", "messaggio inoltrato",
	"oorspronkelijk bericht", "doorgestuurd bericht", "исходное сообщение",
	"пересылаемое сообщение", "wiadomość oryginalna", "oryginalna wiadomość",
	"originalmeddelande", "alkuperäinen viesti", NULL};

/* Fields as mail programs translate them. Those of the first list begin a block. */
static const char *const first_fields[] = {"From", "发件人", "寄件者", "寄件人", "发自",
	"Von", "De", "Da", "Van", "Fra", "Från", "От", "Від", "Od", "差出人", "送信者",
	"보낸 사람", "보낸사람", "Sender", NULL};
static const char *const other_fields[] = {"Sent", "Date", "To", "Cc", "CC", "Bcc",
	"Subject", "Reply-To", "Importance", "发送时间", "发送日期", "发件时间", "日期",
	"时间", "寄件日期", "傳送時間", "收件人", "收件者", "抄送", "副本", "抄送人", "主题",
	"主旨", "主題", "回复", "Gesendet", "An", "Betreff", "Datum", "Kopie", "Envoyé", "À",
	"Objet", "Enviado", "Para", "Asunto", "Fecha", "Assunto", "Inviato", "A", "Oggetto",
	"Data", "Risposta", "Verzonden", "Aan", "Onderwerp", "Til", "Emne", "Till", "Ämne",
	"Отправлено", "Кому", "Тема", "Дата", "Копия", "Wysłano", "Do", "Temat", "送信日時",
	"日時", "宛先", "件名", "보낸 날짜", "받는 사람", "받는사람", "제목", "날짜", NULL};

static const char *const wrote_words[] = {"wrote", "writes", "写道", "寫道", "写到",
	"schrieb", "a écrit", "ha scritto", "escribió", "escreveu", "написал", "написала",
	"пише", "писал", "написав", "schreef", "geschreven", "napisał", "pisze", "skrev",
	"kirjoitti", "のメール", "さんは書きました", "님이 작성", "napsal", "yazdı",
	"tarihinde", NULL};

static const char *const devices[] = {"sent from ", "sent via ", "sent with ",
	"from my iphone", "someone from mobile", "<<sent by", "(sent from", "envoyé de",
	"von meinem", "diese nachricht wurde von", "gesendet von", "发自我的", "發自我的",
	"從我的", "从我的", "发自 ", "來自我的", "来自我的", "get outlook for",
	"get [outlook", "verzonden met", "verzonden vanaf", "verstuurd vanaf",
	"enviado desde", "enviado do", "enviado de", "inviato da", "отправлено с",
	"wysłane z", "iphoneから送信", "나의 iphone에서 보냄", "获取 outlook", "取得 outlook",
	NULL};

struct mime_lines
mime_lines_of(const char *text, struct arena *a)
{
	size_t count = 1;

	for (const char *p = text; *p != '\0'; p++) {
		count += *p == '\n';
	}
	struct mime_lines lines = {arena_alloc(a, count * sizeof(*lines.at)), 0};
	for (const char *p = text;; p++) {
		size_t length = strcspn(p, "\n");
		size_t shown = length > 0 && p[length - 1] == '\r' ? length - 1 : length;
		lines.at[lines.count++] = (struct slice){p, shown};
		p += length;
		if (*p == '\0') {
			break;
		}
	}
	return lines;
}

static struct slice
trimmed(struct slice line)
{
	while (line.length > 0 && isspace((unsigned char)line.data[0])) {
		line.data++;
		line.length--;
	}
	while (line.length > 0 && isspace((unsigned char)line.data[line.length - 1])) {
		line.length--;
	}
	return line;
}

bool
mime_line_blank(struct slice line)
{
	line = trimmed(line);
	return line.length == 0 ||
		(line.length == 3 && memcmp(line.data, "\xE1\x90\xA7", 3) == 0) || /* ᐧ */
		(line.length == 2 && memcmp(line.data, "\xC2\xA0", 2) == 0);
}

bool
mime_line_quoted(struct slice line)
{
	line = trimmed(line);
	return line.length > 0 && line.data[0] == '>';
}

bool
mime_line_delimiter(struct slice line)
{
	line = trimmed(line);
	if (line.length < 2) {
		return false;
	}
	if (line.length == 3 && memcmp(line.data, "\xE2\x80\x94", 3) == 0) { /* — */
		return true;
	}
	for (size_t i = 0; i < line.length; i++) {
		if (strchr("-_=*+~#", line.data[i]) == NULL) {
			return false;
		}
	}
	return true;
}

bool
mime_line_signature(struct slice line)
{
	line = trimmed(line);
	size_t underlines = 0;
	while (underlines < line.length && line.data[underlines] == '_') {
		underlines++;
	}
	return (line.length == 2 && memcmp(line.data, "--", 2) == 0) ||
		(line.length == 3 && memcmp(line.data, "\xE2\x80\x94", 3) == 0) ||
		(underlines >= FOOTER_DASHES && underlines == line.length);
}

bool
mime_line_device(struct slice line)
{
	line = trimmed(line);
	for (size_t i = 0; devices[i] != NULL && line.length < SEPARATOR_MAX; i++) {
		size_t length = strlen(devices[i]);
		if (line.length >= length && strncasecmp(line.data, devices[i], length) == 0) {
			return true;
		}
	}
	return false;
}

/* Without > signs, stars and blanks in front. */
static struct slice
bare(struct slice line)
{
	line = trimmed(line);
	while (line.length > 0 && strchr("> \t*", line.data[0]) != NULL) {
		line.data++;
		line.length--;
	}
	return line;
}

static bool
contains(struct slice text, const char *const *words)
{
	char copy[WROTE_BYTES_MAX + 1];

	if (text.length >= sizeof(copy)) {
		return false;
	}
	memcpy(copy, text.data, text.length);
	copy[text.length] = '\0';
	for (; *words != NULL; words++) {
		if (strcasestr(copy, *words) != NULL) {
			return true;
		}
	}
	return false;
}

static bool
is_separator(struct slice line)
{
	line = bare(line);
	if (line.length < 8 || line.length > SEPARATOR_MAX) {
		return false;
	}
	if (strncasecmp(line.data, "begin forwarded message", 23) == 0) {
		return true;
	}
	return line.data[0] == '-' && line.data[1] == '-' &&
		line.data[line.length - 1] == '-' && contains(line, separators);
}

static bool
is_field(struct slice line, const char *const *names)
{
	line = bare(line);
	for (; *names != NULL; names++) {
		size_t length = strlen(*names);
		if (line.length <= length || strncasecmp(line.data, *names, length) != 0) {
			continue;
		}
		struct slice rest = bare(
			(struct slice){line.data + length, line.length - length});
		if (rest.length > 0 &&
			(rest.data[0] == ':' ||
				(rest.length >= 3 && memcmp(rest.data, "：", 3) == 0))) {
			return true;
		}
	}
	return false;
}

size_t
mime_lines_header(const struct mime_lines *lines, size_t i)
{
	static const char *const may_begin[] = {"Date", "Sent", "Subject", "日期", "主题",
		NULL};
	size_t from = i;
	size_t senders = 0;
	size_t others = 0;

	if (is_separator(lines->at[i])) {
		return 1;
	}
	if (mime_line_quoted(lines->at[i]) ||
		(!is_field(lines->at[i], first_fields) && !is_field(lines->at[i], may_begin))) {
		return 0;
	}
	/* A value may go on in the next line, and empty lines stand between in HTML's text. */
	for (; i < lines->count && i < from + HEADER_LINES; i++) {
		senders += is_field(lines->at[i], first_fields);
		others += is_field(lines->at[i], other_fields);
	}
	return senders > 0 && others >= 2 ? 1 : 0;
}

static bool
names_an_address(struct slice text)
{
	for (size_t i = 1; i + 1 < text.length; i++) {
		if (text.data[i] == '@' && isalnum((unsigned char)text.data[i - 1]) &&
			isalnum((unsigned char)text.data[i + 1])) {
			return true;
		}
	}
	return false;
}

static bool
names_a_time(struct slice text)
{
	size_t digits = 0;

	for (size_t i = 0; i < text.length; i++) {
		if (isdigit((unsigned char)text.data[i])) {
			digits++;
			if (digits == 4) {
				return true;
			}
			if (i + 3 < text.length && text.data[i + 1] == ':' &&
				isdigit((unsigned char)text.data[i + 2])) {
				return true;
			}
		} else {
			digits = 0;
		}
	}
	return false;
}

/* What tells an attribution from a sentence. */
static bool
names_an_event(struct slice text)
{
	return names_an_address(text) || names_a_time(text);
}

static bool
ends_attribution(struct slice text)
{
	text = trimmed(text);
	if (text.length > 0 && text.data[text.length - 1] == ':') {
		return true;
	}
	if (text.length > 3 && memcmp(text.data + text.length - 3, "：", 3) == 0) {
		return true;
	}
	/* Zoho: ---- On Tue, 22 Dec 2015 ... wrote ---- */
	return text.length > 8 && strncmp(text.data, "----", 4) == 0 &&
		strncmp(text.data + text.length - 4, "----", 4) == 0;
}

size_t
mime_lines_wrote(const struct mime_lines *lines, size_t i)
{
	char joined[WROTE_BYTES_MAX + 1];
	size_t n = 0;

	for (size_t k = 0; k < WROTE_LINES && i + k < lines->count; k++) {
		struct slice line = lines->at[i + k];
		struct slice shown = bare(line);
		if (mime_line_blank(shown) || n + shown.length + 1 >= sizeof(joined)) {
			return 0;
		}
		if (k > 0 && mime_line_quoted(line) != mime_line_quoted(lines->at[i])) {
			return 0;
		}
		memcpy(joined + n, shown.data, shown.length);
		n += shown.length;
		joined[n++] = ' ';
		struct slice text = {joined, n};
		if (ends_attribution(text)) {
			/* The line with the date or the name begins it, not what stands above. */
			bool wrote = contains(text, wrote_words) && names_an_event(text);
			/* Yandex and Mail.ru have no such word: 26.06.2014, 14:41, <a@b.c>: */
			wrote = wrote || (names_an_address(text) && names_a_time(text));
			return wrote && (k == 0 || names_an_event(bare(lines->at[i]))) ? k + 1 : 0;
		}
	}
	return 0;
}
