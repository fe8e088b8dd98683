// Made by scripts/generate.mjs from schema.json. Do not edit.

/** 64-bit number as decimal text. */
export type Id = string;

/** Made by the client, best a ULID; the same ref never makes a second entry. */
export type Ref = string;

/** RFC 3339, UTC, milliseconds. */
export type Time = string;

export type Count = number;

/** zh-CN or en; empty when unknown. */
export type Language = string;

/** webchat, app, phone, counter, email; more kinds come with their channels. */
export type ChannelKind = string;

export type Role = "agent" | "supervisor" | "administrator";

export type AuthorKind = "system" | "customer" | "staff" | "bot" | "api";

export type EntryKind = "message" | "note" | "call_started" | "call_answered" | "call_ended" | "call_outcome" | "visit" | "opened" | "assigned" | "released" | "resolved" | "reopened" | "customer_created" | "customer_edited" | "contact_added" | "contact_removed" | "attached" | "identified" | "separated" | "send_failed" | "link_proposed" | "link_judged" | "handed_over" | "feedback" | "flagged" | "tagged";

export type ConversationBot = "answered" | "unanswered" | "quiet";

export type ConversationState = "open" | "pending" | "snoozed" | "resolved";

export type PresenceState = "online" | "away" | "wrapup" | "offline" | "call";

export type ChosenState = "online" | "away" | "wrapup";

export type View = "mine" | "unassigned" | "all";

export type Action = "take" | "assign" | "release" | "resolve" | "reopen" | "quiet";

export type NackCode = "unavailable" | "busy" | "conflict" | "stale" | "denied" | "invalid" | "not_found" | "blocked" | "warned";

export type ByeCode = "revoked" | "replaced" | "stopping" | "slow";

export type ContactKind = "phone" | "email" | "sender" | "visitor" | "user" | "wechat";

export interface Author {
	readonly kind: AuthorKind;
	readonly id: Id | null;
}

export interface File {
	readonly id: Id;
	readonly name: string;
	readonly type: string;
	readonly size: Count;
	/** 0 when it is not a picture */
	readonly width: Count;
	readonly height: Count;
	readonly sha256?: string;
}

export interface Transfer {
	readonly to: string;
	readonly kind: string;
}

export interface Call {
	readonly id: Id;
	readonly channel: Id | null;
	readonly external_id: string;
	readonly timeline: Id | null;
	readonly conversation: Id | null;
	readonly direction: "in" | "out" | "internal";
	readonly result: "ringing" | "talking" | "completed" | "missed" | "abandoned" | "no_answer" | "busy" | "failed" | "voicemail";
	/** E.164, or as dialled; empty when withheld */
	readonly customer_number: string;
	readonly house_number: string;
	readonly caller_name: string;
	readonly queue: string;
	readonly extension: string;
	readonly staff: Id | null;
	readonly started_at: Time | null;
	readonly answered_at: Time | null;
	readonly ended_at: Time | null;
	readonly ring_ms: Count;
	readonly talk_ms: Count;
	readonly hold_ms: Count;
	readonly hangup_by: string;
	readonly transfers: readonly Transfer[];
	readonly recording: boolean;
	readonly outcome: string;
	readonly outcome_note: string;
	readonly imported: boolean;
	readonly version: Count;
}

export interface MailAddress {
	/** as the sender wrote it; empty when there is none */
	readonly name: string;
	readonly address: string;
}

export interface MailPicture {
	/** Content-ID, without brackets */
	readonly cid: string;
	readonly file: Id;
}

/** What a message that came or goes by mail has beside its text. */
export interface Mail {
	/** empty when there is none */
	readonly subject: string;
	readonly from: MailAddress;
	/** where it differs from `from` */
	readonly reply_to?: MailAddress | null;
	readonly to: readonly MailAddress[];
	readonly cc?: readonly MailAddress[];
	/** without brackets */
	readonly message_id?: string;
	readonly in_reply_to?: string;
	readonly references?: readonly string[];
	/** how far the From line can be believed */
	readonly trust: "none" | "proven" | "failed";
	readonly nature: "personal" | "automatic" | "list" | "bounce" | "delayed" | "report" | "loop";
	/** what was folded away; empty when nothing was */
	readonly quote?: string;
	/** the text is not the whole */
	readonly truncated?: boolean;
	/** file: the mail as it came */
	readonly source?: Id | null;
	/** file: its formatted text, not sanitised */
	readonly html?: Id | null;
	/** files of the entry that the formatted text shows */
	readonly inline?: readonly MailPicture[];
	/** the entry that it answers */
	readonly answers?: Id | null;
}

/** How far an entry got that leaves the house by itself. */
export interface Delivery {
	readonly entry: Id;
	readonly state: "waiting" | "sending" | "sent" | "failed";
	readonly attempts: Count;
	/** the next try */
	readonly due_at: Time | null;
	/** the last answer of the other server */
	readonly text: string;
}

export interface Handover {
	/** null: back to Unassigned */
	readonly to: Id | null;
}

export interface MenuItem {
	readonly n: Count;
	readonly label: string;
}

export interface TextBody {
	readonly text: string;
	readonly mail?: Mail;
	/** of an automatic answer: which rule gave it */
	readonly rule?: Id | null;
	/** of that rule, as it was then */
	readonly title?: string;
	/** of an automatic answer: what the customer may press or type the number of */
	readonly menu?: readonly MenuItem[];
	/** of an automatic answer: asks whether it helped */
	readonly helpful?: boolean;
	/** of an automatic answer: from here on a person answers */
	readonly human?: boolean;
	/** of a note that was left with a hand-over */
	readonly handover?: Handover;
	/** members of staff who are named in a note */
	readonly mentions?: readonly Id[];
}

export interface CallBody {
	readonly call: Call;
}

export interface CallOutcomeBody {
	readonly call: Id;
	readonly outcome: string;
	readonly note: string;
}

export interface Visit {
	readonly place: string;
	readonly topic: string;
	/** empty when nothing is left to do */
	readonly next_step: string;
	/** the day of the next step, 2026-11-30; empty when there is none */
	readonly next_on: string;
}

export interface VisitBody {
	readonly visit: Visit;
}

export type EmptyBody = Readonly<Record<never, never>>;

export interface AssignedBody {
	readonly to: Id;
	readonly by: Id | null;
}

export interface FieldChange {
	readonly from: string | null;
	readonly to: string | null;
}

export interface ChangesBody {
	readonly changes: Record<string, FieldChange>;
}

export interface ContactBody {
	readonly kind: string;
	readonly value: string;
	readonly proven: boolean;
	/** How the one who proved it knows. */
	readonly reason?: string;
}

export interface AttachedBody {
	readonly from: Id;
	readonly to: Id;
	readonly merge?: Id;
	readonly changes?: Record<string, FieldChange>;
}

export interface SendFailedBody {
	/** what did not arrive */
	readonly entry: Id;
	/** 550, 5.1.1 …; empty when nothing was answered */
	readonly status: string;
	/** the other server's words */
	readonly text: string;
	/** false: it is late and still being tried */
	readonly final: boolean;
}

export interface HandedOverBody {
	/** asked, human_word, stop_word, misses, rule, menu, phrase or stopped */
	readonly reason: string;
	readonly rule: Id | null;
	/** of that rule, as it was then */
	readonly title?: string;
}

export interface FeedbackBody {
	/** the automatic answer */
	readonly entry: Id;
	readonly rule: Id | null;
	readonly helpful: boolean;
}

export type PhraseAction = "flag" | "warn" | "block";

export interface FlaggedPhrase {
	readonly id: Id;
	readonly text: string;
	readonly action: PhraseAction;
}

export interface FlaggedBody {
	/** what was sent */
	readonly entry: Id;
	readonly phrases: readonly FlaggedPhrase[];
	/** its author was warned and sent it all the same */
	readonly acknowledged: boolean;
}

export type TagSource = "rule" | "staff" | "api";

export interface TaggedBody {
	/** what she came for last; empty: it was taken away; absent: as it was */
	readonly intent?: string;
	readonly added: readonly string[];
	readonly removed: readonly string[];
	readonly topics: readonly string[];
	readonly topics_removed: readonly string[];
	readonly source: TagSource;
	readonly rule?: Id | null;
}

export type TagKind = "tag" | "topic" | "intent";

export interface CustomerTag {
	readonly kind: TagKind;
	readonly text: string;
	readonly source: TagSource;
	readonly rule: Id | null;
	readonly author: Id | null;
	readonly at: Time;
}

export interface CustomerTagList {
	readonly items: readonly CustomerTag[];
}

export interface KnownTag {
	readonly kind: TagKind;
	readonly text: string;
	readonly customers: Count;
}

export interface KnownTagList {
	readonly items: readonly KnownTag[];
}

export interface HoursSpan {
	readonly from: string;
	/** up to 24:00 */
	readonly to: string;
}

export interface HoursSpecial {
	readonly date: string;
	readonly name: string;
	/** none: closed all day */
	readonly spans: readonly HoursSpan[];
}

export interface Hours {
	/** no calendar: always open */
	readonly always: boolean;
	/** IANA: Asia/Shanghai */
	readonly zone: string;
	/** seven days, Monday first */
	readonly week: readonly (readonly HoursSpan[])[];
	readonly special: readonly HoursSpecial[];
	readonly version: Count;
}

export interface HoursState {
	readonly open: boolean;
	/** when it opens or closes next; null: not within 400 days */
	readonly next_change: Time | null;
	readonly zone: string;
	/** what today is called when it is no ordinary day */
	readonly day: string | null;
}

export interface LinkProposedBody {
	/** to whom the mail seems to belong */
	readonly customer: Id;
	readonly conversation: Id | null;
	/** the mail */
	readonly entry: Id;
	/** number, token, reference or subject */
	readonly why: string;
}

export interface LinkJudgedBody {
	/** the entry that proposed it */
	readonly proposal: Id;
	/** whom it named */
	readonly customer: Id;
	/** false: a refusal was taken back */
	readonly refused: boolean;
}

export interface IdentifiedBody {
	readonly subject: string;
}

export interface EntryCommon {
	readonly id: Id;
	readonly timeline: Id;
	readonly customer: Id | null;
	readonly seq: Count;
	/** The customer's own number; null: she does not see it. */
	readonly pub: number | null;
	readonly conversation: Id | null;
	readonly channel: Id | null;
	readonly channel_kind: ChannelKind;
	readonly author: Author;
	readonly at: Time;
	readonly committed_at: Time;
	readonly ref: Ref | null;
	readonly files: readonly File[] | null;
	readonly restricted: boolean;
	readonly imported: boolean;
}

export interface TextEntry extends EntryCommon {
	readonly kind: "message" | "note";
	readonly body: TextBody | null;
	/** of what leaves the house by itself, as it is now */
	readonly delivery?: Delivery;
}

export interface CallEntry extends EntryCommon {
	readonly kind: "call_started" | "call_answered" | "call_ended";
	readonly body: CallBody | null;
}

export interface CallOutcomeEntry extends EntryCommon {
	readonly kind: "call_outcome";
	readonly body: CallOutcomeBody | null;
}

export interface VisitEntry extends EntryCommon {
	readonly kind: "visit";
	readonly body: VisitBody | null;
}

export interface StateEntry extends EntryCommon {
	readonly kind: "opened" | "released" | "resolved" | "reopened";
	readonly body: EmptyBody | null;
}

export interface AssignedEntry extends EntryCommon {
	readonly kind: "assigned";
	readonly body: AssignedBody | null;
}

export interface ProfileEntry extends EntryCommon {
	readonly kind: "customer_created" | "customer_edited";
	readonly body: ChangesBody | null;
}

export interface ContactEntry extends EntryCommon {
	readonly kind: "contact_added" | "contact_removed";
	readonly body: ContactBody | null;
}

export interface AttachedEntry extends EntryCommon {
	readonly kind: "attached" | "separated";
	readonly body: AttachedBody | null;
}

export interface IdentifiedEntry extends EntryCommon {
	readonly kind: "identified";
	readonly body: IdentifiedBody | null;
}

export interface SendFailedEntry extends EntryCommon {
	readonly kind: "send_failed";
	readonly body: SendFailedBody | null;
}

export interface LinkProposedEntry extends EntryCommon {
	readonly kind: "link_proposed";
	readonly body: LinkProposedBody | null;
}

export interface LinkJudgedEntry extends EntryCommon {
	readonly kind: "link_judged";
	readonly body: LinkJudgedBody | null;
}

export interface HandedOverEntry extends EntryCommon {
	readonly kind: "handed_over";
	readonly body: HandedOverBody | null;
}

export interface FeedbackEntry extends EntryCommon {
	readonly kind: "feedback";
	readonly body: FeedbackBody | null;
}

export interface FlaggedEntry extends EntryCommon {
	readonly kind: "flagged";
	readonly body: FlaggedBody | null;
}

export interface TaggedEntry extends EntryCommon {
	readonly kind: "tagged";
	readonly body: TaggedBody | null;
}

export type Entry = TextEntry | CallEntry | CallOutcomeEntry | VisitEntry | StateEntry | AssignedEntry | ProfileEntry | ContactEntry | AttachedEntry | IdentifiedEntry | SendFailedEntry | LinkProposedEntry | LinkJudgedEntry | HandedOverEntry | FeedbackEntry | FlaggedEntry | TaggedEntry;

export interface Conversation {
	readonly id: Id;
	readonly timeline: Id;
	readonly customer: Id;
	readonly unit: Id | null;
	readonly owner: Id | null;
	readonly state: ConversationState;
	readonly assignee: Id | null;
	readonly channel: Id | null;
	readonly channel_kind: ChannelKind;
	readonly version: Count;
	readonly opened_at: Time;
	readonly resolved_at: Time | null;
	readonly waiting_since: Time | null;
	readonly inbound: Count;
	readonly missed_calls: Count;
	readonly last_fact: Id | null;
	readonly last_seq: Count;
	readonly last_at: Time;
	readonly last_kind: EntryKind;
	readonly last_author_kind: AuthorKind;
	readonly preview: string;
	/** what automatic answers did here; absent: nothing */
	readonly bot?: ConversationBot;
	/** its entries with a phrase that is watched; absent: none */
	readonly flags?: Count;
}

export interface ConversationItem extends Conversation {
	readonly customer_name: string;
	readonly anonymous: boolean;
	/** unread for me = inbound - inbound_read */
	readonly inbound_read: Count;
}

export interface Customer {
	readonly id: Id;
	/** itself unless it is read under another */
	readonly primary: Id;
	readonly unit: Id | null;
	readonly owner: Id | null;
	readonly anonymous: boolean;
	readonly name: string;
	readonly external_id: string | null;
	readonly language: Language;
	readonly gender: string;
	readonly company: string;
	readonly remark: string;
	readonly restricted: boolean;
	readonly created_at: Time;
	readonly updated_at: Time;
	readonly version: Count;
}

export interface Contact {
	readonly id: Id;
	readonly customer: Id;
	readonly kind: string;
	readonly value: string;
	readonly proven: boolean;
	readonly label: string;
	readonly source: string;
	readonly created_at: Time;
	readonly created_by: Id | null;
	readonly proven_by: Id | null;
	readonly proven_at: Time | null;
	readonly proven_reason: string;
}

export interface TimelineEnd {
	readonly timeline: Id;
	readonly seq: Count;
	readonly pub: Count;
}

/** customer, house, or the id of a member of staff */
export type Party = string;

export interface Mark {
	readonly timeline: Id;
	readonly party: Party;
	readonly delivered: Count;
	readonly seen: Count;
	readonly inbound_read: Count;
}

/** A text, true or false, the keys of several choices, or nothing. Numbers are texts, so that no digit is lost. */
export type FieldValue = string | boolean | readonly string[] | null;

export interface CustomerValue {
	readonly key: string;
	readonly value: FieldValue;
	/** agent, import, api, bot, system */
	readonly source: string;
	readonly author: Author;
	readonly at: Time;
	readonly until: Time | null;
}

export interface AcceptedNotice {
	readonly channel: Id;
	readonly version: Count;
	readonly at: Time;
}

export interface CustomerDetail {
	readonly customer: Customer;
	readonly contacts: readonly Contact[];
	readonly fields?: readonly CustomerValue[];
	readonly tags?: readonly CustomerTag[];
	readonly notices?: readonly AcceptedNotice[];
	readonly timelines: readonly TimelineEnd[];
	readonly marks: readonly Mark[];
	readonly conversation: ConversationItem | null;
}

export type FieldKind = "text" | "number" | "money" | "date" | "choice" | "multi_choice" | "yes_no" | "phone";

export interface FieldChoice {
	readonly key: string;
	readonly zh: string;
	readonly en: string;
}

export interface Field {
	readonly id: Id;
	/** what integrators call it; never changes */
	readonly key: string;
	readonly kind: FieldKind;
	readonly label_zh: string;
	readonly label_en: string;
	readonly choices: readonly FieldChoice[];
	readonly edit_role: Role;
	readonly position: Count;
	readonly active: boolean;
	readonly created_at: Time;
	readonly version: Count;
}

export interface LikelyReason {
	readonly kind: "phone" | "email" | "wechat" | "name_company" | "name_owner";
	readonly value: string;
	readonly ours_proven: boolean;
	readonly theirs_proven: boolean;
}

export interface Likely {
	readonly customer: Customer;
	readonly reasons: readonly LikelyReason[];
}

export interface LikelyList {
	readonly items: readonly Likely[];
}

export interface MergeParty {
	readonly id: Id;
	/** null: she is out of sight. */
	readonly name: string | null;
	readonly anonymous: boolean;
}

export interface Merge {
	readonly id: Id;
	readonly source: MergeParty;
	readonly target: MergeParty;
	readonly how: "attached" | "merged" | "identified";
	readonly made_by: Author;
	readonly made_at: Time;
	readonly reason: string;
	readonly taken: Record<string, FieldChange>;
	readonly undone_by: Author;
	readonly undone_at: Time | null;
	readonly undo_reason: string;
	readonly may_undo: boolean;
}

export interface MergeList {
	readonly items: readonly Merge[];
}

export interface MergeSide {
	readonly customer: Customer;
	readonly contacts: readonly Contact[];
	readonly entries: Count;
	readonly conversations: Count;
	readonly open: Count;
	readonly calls: Count;
	readonly files: Count;
	readonly timelines: Count;
	readonly last_at: Time | null;
}

export interface MergePreview {
	readonly source: MergeSide;
	readonly target: MergeSide;
	/** Under whom the other is better read. */
	readonly keep: "source" | "target";
	readonly may_merge: boolean;
	readonly warnings: readonly ("different_numbers" | "distinct" | "both_open" | "different_units" | "different_owners")[];
	readonly history: readonly Entry[];
}

export interface MergeAnswer {
	readonly merge: Id;
	readonly customer: Id;
	readonly other: Id;
}

export interface Staff {
	readonly id: Id;
	readonly login: string;
	readonly name: string;
	readonly role: Role;
	readonly unit: Id | null;
	readonly extension: string | null;
	readonly language: Language;
	readonly active: boolean;
	readonly demo: boolean;
	readonly created_at: Time;
	readonly version: Count;
}

export interface StaffPresence {
	readonly staff: Id;
	readonly state: PresenceState;
	/** why she is away or wraps up, as she said */
	readonly reason?: string;
	readonly since?: Time | null;
}

export interface Viewer {
	readonly id: Id;
	readonly composing: boolean;
}

export interface Viewers {
	readonly customer: Id;
	readonly staff: readonly Viewer[];
}

export type RuleMatch = "exact" | "prefix" | "contains" | "pattern";

export type RuleHours = "always" | "open" | "closed";

export type RulePick = "rotate" | "random" | "all";

export interface RuleMenuItem {
	readonly label: string;
	/** answered as if that rule had matched; null: a person */
	readonly rule: Id | null;
	readonly human: boolean;
}

export interface Rule {
	readonly id: Id;
	readonly title: string;
	readonly folder: string;
	readonly enabled: boolean;
	/** higher first, then the longest match, then the older rule */
	readonly priority: number;
	readonly match: RuleMatch;
	readonly any: readonly string[];
	readonly all: readonly string[];
	readonly none: readonly string[];
	readonly pattern: string;
	/** kinds; none: all */
	readonly channels: readonly string[];
	readonly hours: RuleHours;
	readonly cooldown_ms: Count;
	readonly replies: readonly string[];
	readonly pick: RulePick;
	readonly menu: readonly RuleMenuItem[];
	readonly human: boolean;
	readonly ask_helpful: boolean;
	readonly intent: string;
	readonly tags: readonly string[];
	readonly topics: readonly string[];
	readonly version: Count;
	readonly updated_at: Time | null;
	readonly removed: boolean;
	readonly updated_by: Id | null;
	/** of the last 30 days */
	readonly hits: Count;
	/** of the last 30 days, today last; empty: none */
	readonly daily: readonly Count[];
	readonly helped: Count;
	readonly failed: Count;
	readonly hit_at: Time | null;
}

export interface RuleStatus {
	readonly changes: Count;
	readonly loaded_at: Time | null;
	/** enabled and in force */
	readonly rules: Count;
	readonly compile_us: Count;
	/** why what is stored is not in force; empty: it is */
	readonly problem: string;
	readonly problem_rule: Id | null;
}

export interface RuleList {
	readonly status: RuleStatus;
	readonly items: readonly Rule[];
}

export interface RuleAnswer {
	readonly rule: Rule;
}

export interface RuleVersions {
	/** The newest first. */
	readonly items: readonly Rule[];
}

export interface RulesReverted {
	readonly done: Count;
	readonly failed: Count;
}

export interface RuleHit {
	/** in characters of the question */
	readonly begin: Count;
	readonly end: Count;
	/** as it was written in the rule */
	readonly term: string;
}

export interface RuleTrial {
	/** null: the one that is being tried */
	readonly rule: Id | null;
	readonly title: string;
	readonly folder: string;
	readonly won: boolean;
	/** off, all-word, none-word, limit, channel, hours, cooldown, repeat, lower, earlier; empty: it won */
	readonly why: string;
	readonly hits: readonly RuleHit[];
}

export interface RuleMemory {
	readonly misses: Count;
	readonly menu_rule: Id | null;
	/** milliseconds since 1970 */
	readonly menu_until: number;
	readonly said: readonly ({ rule: Id; at: number; uses: Count })[];
}

export interface RuleChoice {
	readonly n: Count;
	readonly label: string;
}

export interface RuleTest {
	readonly verdict: "nothing" | "answer" | "human";
	readonly reason: "none" | "human_word" | "stop_word" | "menu" | "exact" | "rule" | "misses" | "cooldown";
	readonly rule: Id | null;
	readonly title: string;
	readonly folder: string;
	readonly texts: readonly string[];
	readonly menu: readonly RuleChoice[];
	readonly human: boolean;
	readonly helpful: boolean;
	readonly intent: string;
	readonly tags: readonly string[];
	readonly topics: readonly string[];
	readonly hits: readonly RuleHit[];
	readonly trials: readonly RuleTrial[];
	/** Send it along with the next question of the same customer. */
	readonly state: RuleMemory;
	/** whether automatic answers are on at all */
	readonly enabled: boolean;
	readonly rules: Count;
	readonly took_us: Count;
}

export interface RuleSettings {
	readonly enabled: boolean;
	readonly human_words: readonly string[];
	readonly stop_words: readonly string[];
	readonly synonyms: readonly (readonly string[])[];
	readonly misses: Count;
	readonly menu_ms: Count;
	readonly repeat_ms: Count;
	readonly updated_by: Id | null;
	readonly updated_at: Time | null;
	readonly version: Count;
}

export interface RuleBadRow {
	readonly line: Count;
	readonly reason: string;
	readonly title: string;
	readonly text: string;
}

export interface RuleUndo {
	readonly id: Id;
	readonly version: Count;
	readonly remove: boolean;
}

export interface RuleImport {
	readonly charset: string;
	readonly format: "csv" | "json";
	readonly tried: boolean;
	readonly created: Count;
	readonly changed: Count;
	readonly unchanged: Count;
	readonly bad_count: Count;
	readonly bad: readonly RuleBadRow[];
	readonly items: readonly ({ line: Count; title: string; folder: string; what: "create" | "change" })[];
	/** What takes all of it back. */
	readonly undo: readonly RuleUndo[];
}

export type QuickScope = "personal" | "team" | "global";

export interface QuickReply {
	readonly id: Id;
	readonly scope: QuickScope;
	/** the member of staff, the unit, or null */
	readonly place: Id | null;
	readonly removed: boolean;
	/** by whoever asks */
	readonly editable: boolean;
	readonly folder: string;
	readonly title: string;
	readonly shortcut: string | null;
	readonly body: string;
	readonly files: readonly File[];
	readonly used: Count;
	readonly used_by_me: Count;
	/** by whoever asks */
	readonly used_at: Time | null;
	readonly updated_by: Id | null;
	readonly created_at: Time;
	readonly updated_at: Time;
	readonly version: Count;
}

export interface QuickBadRow {
	readonly line: Count;
	readonly reason: string;
	readonly title: string;
}

/** The privacy notice of a channel; its version rises with each change of its words. */
export interface Notice {
	readonly version: Count;
	readonly zh: string;
	readonly en: string;
	/** a page with the whole of it; may be empty */
	readonly url: string;
}

export interface IdentityKey {
	readonly kid: string;
	readonly created_at?: Time | null;
	readonly revoked?: boolean;
}

export interface Webhook {
	readonly url: string;
	readonly enabled: boolean;
	readonly has_secret: boolean;
}

export interface ChannelSettings {
	readonly origins?: readonly string[];
	readonly colour?: string;
	readonly title?: Record<string, string>;
	readonly notice?: Notice;
	readonly identity_keys?: readonly IdentityKey[];
	/** of an app: nobody unknown comes in */
	readonly identity_required?: boolean;
	readonly webhook?: Webhook;
}

export type MailSecurity = "tls" | "starttls" | "none";

export interface MailServer {
	/** empty: not set */
	readonly host: string;
	readonly port: Count;
	readonly security: MailSecurity;
	readonly user: string;
	readonly has_password: boolean;
}

/** whose mail is answered by rules: nobody's, that of proven senders, also that of unproven ones (never of forged ones) */
export type MailAnswering = "off" | "proven" | "all";

export interface MailboxSettings {
	readonly address: string;
	/** beside the address in what is sent */
	readonly name: string;
	readonly imap: MailServer;
	readonly smtp: MailServer;
	readonly folder: string;
	/** the mail host whose checks of senders are believed; may be empty */
	readonly trusted_host: string;
	/** older mail is not taken */
	readonly since: Time | null;
	readonly auto_answer: MailAnswering;
}

export type MailStep = "connect" | "secure" | "login" | "folder" | "ready";

export type MailAdvice = "none" | "name" | "unreachable" | "private" | "encryption" | "certificate" | "password" | "folder" | "refused";

export interface MailboxState {
	/** waiting: it failed, and is tried again */
	readonly state: "off" | "connecting" | "connected" | "waiting";
	/** the server tells of new mail at once; else it is asked every minute */
	readonly idle: boolean;
	readonly connected_at: Time | null;
	readonly last_mail_at: Time | null;
	readonly taken: Count;
	/** mails that could not be made an entry; they are still in the mailbox */
	readonly told: Count;
	readonly told_at: Time | null;
	/** which one, and why */
	readonly told_text: string;
	readonly failed_at: Time | null;
	readonly step: MailStep;
	/** in the words of the mail server */
	readonly error: string;
	readonly advice: MailAdvice;
	readonly next_try_at: Time | null;
}

export interface Channel {
	readonly id: Id;
	readonly kind: ChannelKind;
	readonly name: string;
	readonly public_key: string;
	readonly unit: Id | null;
	readonly enabled: boolean;
	/** null: it came with the program */
	readonly created_at: Time | null;
	readonly version: Count;
	readonly settings?: ChannelSettings;
	readonly snippet?: string;
	/** of an app: the address for its web view */
	readonly page?: string;
	readonly mailbox?: MailboxSettings;
	readonly mailbox_state?: MailboxState;
}

export interface MailboxTest {
	readonly ok: boolean;
	readonly steps: readonly ({ server: "imap" | "smtp"; step: MailStep; ok: boolean; words: string; advice: MailAdvice })[];
}

export type OutboxState = "waiting" | "sending" | "sent" | "dropped" | "dead";

export interface OutboxSummary {
	readonly waiting: Count;
	/** of those that wait: tried at least once */
	readonly failing: Count;
	readonly sending: Count;
	/** within the last seven days */
	readonly sent: Count;
	/** it arrived by itself before it was sent */
	readonly dropped: Count;
	/** given up, or refused for good */
	readonly dead: Count;
	readonly sent_at: Time | null;
	readonly failed_at: Time | null;
	/** of the last failure; 0: no answer came */
	readonly status: Count;
	/** the receiver's words then, or why there were none */
	readonly answer: string;
}

export interface OutboxItem {
	readonly id: Id;
	readonly customer: Id;
	readonly entry: Id | null;
	readonly state: OutboxState;
	readonly attempts: Count;
	readonly created_at: Time;
	readonly due_at: Time;
	readonly give_up_at: Time;
	readonly changed_at: Time;
	readonly status: Count;
	readonly answer: string;
}

export interface ApiKey {
	readonly id: Id;
	readonly name: string;
	/** separated by spaces */
	readonly scopes: string;
	readonly created_by: Id | null;
	readonly created_at: Time;
	readonly expires_at: Time | null;
	readonly revoked_at: Time | null;
}

export interface AuditRow {
	readonly id: Id;
	readonly at: Time;
	readonly actor: Author;
	readonly action: string;
	readonly subject_kind: string;
	readonly subject: Id | null;
	readonly address: string;
	readonly detail: string;
}

export interface PhraseHit {
	readonly phrase: Id;
	readonly text: string;
	readonly action: PhraseAction;
	readonly advice: string;
	/** in UTF-16 units of the text */
	readonly begin: Count;
	readonly end: Count;
}

export interface Phrase {
	readonly id: Id;
	readonly text: string;
	readonly action: PhraseAction;
	readonly advice: string;
	readonly exceptions: readonly string[];
	/** entries that had it */
	readonly hits: Count;
	readonly hit_at: Time | null;
	readonly updated_by: Id | null;
	readonly updated_at: Time;
	readonly version: Count;
	readonly removed: boolean;
}

export interface PhraseList {
	readonly items: readonly Phrase[];
}

export interface PhraseAnswer {
	readonly phrase: Phrase;
}

export interface PhraseCheck {
	readonly action: PhraseAction | null;
	readonly hits: readonly PhraseHit[];
}

export interface HeldBack {
	readonly rule: Id;
	/** as it is now; empty: the rule is gone */
	readonly title: string;
	/** its answers that were not sent for a phrase in them */
	readonly held_back: Count;
	readonly held_back_at: Time | null;
}

export interface HeldBackList {
	readonly items: readonly HeldBack[];
}

export interface PublicAuthor {
	readonly kind: AuthorKind;
	readonly name?: string | null;
}

export interface PublicEntry {
	readonly pub: number;
	readonly kind: "message";
	readonly author: PublicAuthor;
	readonly at: Time;
	readonly ref: Ref | null;
	readonly body: TextBody | null;
	readonly files: readonly File[] | null;
}

export interface PublicMark {
	readonly delivered: Count;
	readonly seen: Count;
}

export interface ConsoleHelloFrame {
	readonly t: "hello";
	readonly csrf: string;
	readonly cursor: Id | null;
	readonly views: readonly View[];
	readonly watch: readonly Id[];
	readonly state: ChosenState;
	readonly reason?: string;
}

export interface ConsoleSendFrame {
	readonly t: "send";
	readonly ref: Ref;
	readonly conversation?: Id;
	readonly customer?: Id;
	readonly kind: "message" | "note";
	readonly text: string;
	readonly files?: readonly Id[];
	/** that the text was made of: their use is counted */
	readonly quick_replies?: readonly Id[];
	readonly seen_seq?: Count;
	/** members of staff who are named in a note */
	readonly mentions?: readonly Id[];
	/** phrases of which the author was warned, and sends all the same */
	readonly acknowledged?: readonly Id[];
	readonly check?: boolean;
}

export interface ActFrame {
	readonly t: "act";
	readonly ref: Ref;
	readonly conversation: Id;
	readonly action: Action;
	readonly assignee?: Id;
	readonly version?: Count;
	/** with assign or release: for whoever has it next */
	readonly note?: string;
}

export interface ConsoleMarkFrame {
	readonly t: "mark";
	readonly customer: Id;
	readonly timeline: Id;
	readonly seq: Count;
}

export interface ConsoleTypingFrame {
	readonly t: "typing";
	readonly customer: Id;
	readonly on: boolean;
	readonly note: boolean;
}

export interface WatchFrame {
	readonly t: "watch";
	readonly customers: readonly Id[];
}

export interface ViewsFrame {
	readonly t: "views";
	readonly views: readonly View[];
}

export interface RowsFrame {
	readonly t: "rows";
	readonly customers: readonly Id[];
}

export interface SetPresenceFrame {
	readonly t: "presence";
	readonly state: ChosenState;
	readonly reason?: string;
}

export interface ConsoleRangeRequestFrame {
	readonly t: "range";
	readonly id: string;
	readonly timeline: Id;
	readonly after: Count;
	readonly limit: number;
}

export interface PingFrame {
	readonly t: "ping";
}

export type ConsoleClientFrame = ConsoleHelloFrame | ConsoleSendFrame | ActFrame | ConsoleMarkFrame | ConsoleTypingFrame | WatchFrame | ViewsFrame | RowsFrame | SetPresenceFrame | ConsoleRangeRequestFrame | PingFrame;

export interface ConsoleWelcomeFrame {
	readonly t: "welcome";
	readonly me: Staff;
	readonly node: Count;
	readonly cursor: Id | null;
	readonly resumed: boolean;
	readonly time: Time;
	readonly presence: readonly StaffPresence[];
	readonly viewers: readonly Viewers[];
	readonly calls: readonly Call[];
}

export interface ConsoleEntryFrame {
	readonly t: "entry";
	readonly entry: Entry;
	readonly conversation: Conversation | null;
}

export interface ConsoleAckFrame {
	readonly t: "ack";
	readonly ref: Ref;
	readonly id: Id | null;
	readonly seq: Count;
	readonly timeline: Id | null;
	readonly at: Time | null;
	readonly duplicate: boolean;
	readonly conversation?: Conversation | null;
}

export interface NackFrame {
	readonly t: "nack";
	readonly ref: Ref;
	readonly code: NackCode;
	readonly text: string;
	readonly retry_ms?: number | null;
	/** with blocked and warned: what was found in the text */
	readonly hits?: readonly PhraseHit[];
}

export interface ConsoleMarkedFrame {
	readonly t: "mark";
	readonly timeline: Id;
	readonly customer: Id;
	readonly party: Party;
	readonly delivered: Count;
	readonly seen: Count;
	readonly inbound_read: Count;
}

export interface ConsoleTyperFrame {
	readonly t: "typing";
	readonly customer: Id;
	readonly who: Author;
	readonly on: boolean;
}

export interface PresenceFrame {
	readonly t: "presence";
	readonly staff: Id;
	readonly state: PresenceState;
	readonly reason?: string;
	readonly since?: Time | null;
}

export interface ViewersFrame {
	readonly t: "viewers";
	readonly customer: Id;
	readonly staff: readonly Viewer[];
}

export interface CallFrame {
	readonly t: "call";
	readonly call: Call;
	readonly customer: Customer | null;
	readonly candidates: readonly Customer[];
	readonly conversation: Conversation | null;
}

export interface CustomerFrame {
	readonly t: "customer";
	readonly customer: Customer;
	/** The timelines that are read under the same customer as this one now. */
	readonly members: readonly Id[];
}

export interface DeliveryFrame {
	readonly t: "delivery";
	readonly customer: Id;
	readonly delivery: Delivery;
}

export interface RulesFrame {
	readonly t: "rules";
	readonly changes: Count;
	/** why what is stored is not in force; empty: it is */
	readonly problem: string;
}

export interface QuickReplyFrame {
	readonly t: "quick_reply";
	/** null: many changed, read the list again. Its used_by_me and used_at say nothing. */
	readonly reply: QuickReply | null;
}

export interface ConsoleRangeFrame {
	readonly t: "range";
	readonly id: string;
	readonly timeline: Id;
	readonly entries: readonly Entry[];
	readonly more: boolean;
}

export interface NewMention {
	readonly entry: Id;
	readonly customer: Id;
	readonly author: Id;
	readonly text: string;
}

export interface MentionsFrame {
	readonly t: "mentions";
	/** absent: the list changed otherwise */
	readonly new?: NewMention;
}

export interface FiltersFrame {
	readonly t: "filters";
}

export interface ErrorFrame {
	readonly t: "error";
	readonly code: string;
	readonly text: string;
}

export interface PongFrame {
	readonly t: "pong";
}

export interface ByeFrame {
	readonly t: "bye";
	readonly code: ByeCode;
	readonly text: string;
}

export interface HoursFrame extends HoursState {
	readonly t: "hours";
}

export type ConsoleServerFrame = ConsoleWelcomeFrame | ConsoleEntryFrame | ConsoleAckFrame | NackFrame | ConsoleMarkedFrame | ConsoleTyperFrame | PresenceFrame | ViewersFrame | CallFrame | CustomerFrame | DeliveryFrame | QuickReplyFrame | RulesFrame | ConsoleRangeFrame | MentionsFrame | FiltersFrame | HoursFrame | ErrorFrame | PongFrame | ByeFrame;

export interface WidgetHelloFrame {
	readonly t: "hello";
	readonly token: string;
	/** newest seen, 0: none, null: send the newest 50 */
	readonly pub: number | null;
	readonly language: Language;
}

export interface WidgetSendFrame {
	readonly t: "send";
	readonly ref: Ref;
	readonly text: string;
	readonly files?: readonly Id[];
	/** she asks for a person: nothing answers automatically */
	readonly human?: boolean;
}

export interface WidgetTypingFrame {
	readonly t: "typing";
	readonly on: boolean;
}

export interface WidgetFeedbackFrame {
	readonly t: "feedback";
	readonly ref: Ref;
	/** of the automatic answer */
	readonly pub: number;
	readonly helpful: boolean;
}

export interface WidgetMarkFrame {
	readonly t: "mark";
	readonly delivered: Count;
	readonly seen: Count;
}

export interface WidgetRangeRequestFrame {
	readonly t: "range";
	readonly id: string;
	readonly before?: Count;
	readonly after?: Count;
	readonly limit: number;
}

export type WidgetClientFrame = WidgetHelloFrame | WidgetSendFrame | WidgetFeedbackFrame | WidgetTypingFrame | WidgetMarkFrame | WidgetRangeRequestFrame | PingFrame;

export interface WidgetChannel {
	readonly name: string;
}

export interface WidgetWelcomeFrame {
	readonly t: "welcome";
	readonly pub: Count;
	readonly channel: WidgetChannel;
	readonly online: boolean;
	readonly hours?: HoursState;
	/** she may leave an address: the house has a mailbox */
	readonly answers_by_mail?: boolean;
	readonly identified: boolean;
	readonly house: PublicMark;
	readonly own: PublicMark;
	readonly time: Time;
	readonly more: boolean;
}

export interface WidgetEntryFrame {
	readonly t: "entry";
	readonly entry: PublicEntry;
}

export interface WidgetAckFrame {
	readonly t: "ack";
	readonly ref: Ref;
	readonly pub: Count;
	readonly at: Time;
	readonly duplicate: boolean;
}

export interface WidgetTyperFrame {
	readonly t: "typing";
	readonly who: PublicAuthor;
	readonly on: boolean;
}

export interface WidgetRangeFrame {
	readonly t: "range";
	readonly id: string;
	readonly entries: readonly PublicEntry[];
	readonly more: boolean;
}

export interface WidgetMarkedFrame {
	readonly t: "mark";
	readonly party: string;
	readonly delivered: Count;
	readonly seen: Count;
}

export interface OnlineFrame {
	readonly t: "online";
	readonly online: boolean;
}

export type WidgetServerFrame = WidgetWelcomeFrame | WidgetEntryFrame | WidgetAckFrame | NackFrame | WidgetTyperFrame | WidgetRangeFrame | WidgetMarkedFrame | HoursFrame | OnlineFrame | ErrorFrame | PongFrame | ByeFrame;

export interface RestErrorDetail {
	readonly code: string;
	readonly text: string;
	readonly field?: string | null;
}

export interface RestError {
	readonly error: RestErrorDetail;
	/** with blocked and warned: what was found in the text */
	readonly hits?: readonly PhraseHit[];
}

export interface SessionConfig {
	readonly home_region?: string;
	readonly home_area?: string;
	readonly max_upload?: Count;
	/** lists of customers */
	readonly may_export?: boolean;
}

export interface Session {
	readonly staff: Staff;
	readonly csrf: string;
	readonly config?: SessionConfig;
}

export interface ConversationCounts {
	readonly mine: Count;
	readonly unassigned: Count;
	readonly all: Count;
	readonly mine_unread: Count;
}

export interface ConversationPage {
	readonly items: readonly ConversationItem[];
	readonly next: string | null;
}

export interface CustomerItem extends Customer {
	/** her first one, or empty */
	readonly phone?: string;
	readonly last_contact_at?: Time | null;
	readonly fields?: Record<string, FieldValue>;
}

export interface Mention {
	readonly id: Id;
	readonly entry: Id;
	readonly conversation: Id | null;
	readonly customer: Id;
	readonly customer_name: string;
	readonly anonymous: boolean;
	readonly author: Id;
	readonly at: Time;
	/** the beginning of the note */
	readonly text: string;
	readonly seen: boolean;
}

export interface MentionPage {
	readonly items: readonly Mention[];
	readonly next: string | null;
	readonly unseen: Count;
}

export interface SearchHit {
	readonly entry: Id;
	readonly timeline: Id;
	readonly seq: Count;
	readonly kind: EntryKind;
	readonly author: Author;
	readonly channel_kind: string;
	readonly customer: { id: Id; name: string; anonymous: boolean };
	readonly conversation: Id | null;
	readonly at: Time;
	/** in which part of the entry */
	readonly field: "text" | "subject" | "quote" | "menu" | "topic" | "next_step" | "note" | "file";
	/** the passage, in pieces; marked is what was looked for */
	readonly snippet: readonly ({ text: string; mark: boolean })[];
}

export interface SearchPage {
	readonly items: readonly SearchHit[];
	/** cursor of what is older */
	readonly next: string | null;
	/** time was up before the page was full; go on with next */
	readonly partial: boolean;
	/** facts that the index does not know yet */
	readonly behind: Count;
	/** all facts that the index is made of */
	readonly facts: Count;
	readonly took_us: Count;
}

export interface SavedFilter {
	readonly id: Id;
	readonly owner: Id;
	/** with everybody of the owner's unit and below */
	readonly shared: boolean;
	readonly place: "conversations" | "transcripts";
	readonly name: string;
	/** of the page's address */
	readonly query: string;
	readonly version: Count;
}

export interface FilterList {
	readonly items: readonly SavedFilter[];
}

export interface StaffSession {
	readonly current: boolean;
	readonly created_at: Time;
	readonly expires_at: Time;
	readonly address: string;
	readonly browser: string;
}

export interface SessionList {
	readonly items: readonly StaffSession[];
}

export interface PresenceRow {
	readonly state: PresenceState;
	readonly reason: string;
	readonly at: Time;
}

export interface PresenceList {
	readonly items: readonly PresenceRow[];
}

export interface FloorShare {
	/** null: nobody has them yet */
	readonly staff: Id | null;
	readonly open: Count;
	readonly waiting: Count;
	readonly waiting_since: Time | null;
}

export interface Floor {
	readonly time: Time;
	readonly agents: readonly FloorShare[];
	readonly waiting: readonly ConversationItem[];
}

export interface CustomerPage {
	readonly items: readonly CustomerItem[];
	readonly next: string | null;
}

export interface ImportJob {
	readonly id: Id;
	readonly name: string;
	readonly state: "ready" | "running" | "done" | "stopped" | "failed";
	readonly charset: string;
	/** a target for each column */
	readonly mapping: readonly string[];
	readonly size: Count;
	readonly done: Count;
	readonly created: Count;
	readonly changed: Count;
	readonly unchanged: Count;
	readonly bad: Count;
	readonly problem: string;
	readonly author: Id | null;
	readonly created_at: Time;
	readonly started_at: Time | null;
	readonly ended_at: Time | null;
}

export interface ImportAnswer {
	readonly import: ImportJob;
}

export interface ImportList {
	readonly items: readonly ImportJob[];
}

export interface ImportPreview {
	readonly import: ImportJob;
	readonly columns: readonly string[];
	readonly rows: readonly (readonly string[])[];
	readonly suggested: readonly string[];
}

export interface FieldList {
	readonly items: readonly Field[];
}

export interface FieldAnswer {
	readonly field: Field;
}

export interface ValueHistory {
	readonly items: readonly CustomerValue[];
}

export interface EntryPage {
	readonly entries: readonly Entry[];
	readonly next: string | null;
}

export interface CallList {
	readonly items: readonly Call[];
}

export interface FileList {
	readonly items: readonly File[];
}

export interface UploadedFile {
	readonly file: File;
}

export interface StaffList {
	readonly items: readonly Staff[];
}

export interface QuickReplyList {
	readonly items: readonly QuickReply[];
}

export interface QuickReplyAnswer {
	readonly reply: QuickReply;
}

export interface QuickImport {
	readonly charset: string;
	readonly tried: boolean;
	readonly created: Count;
	readonly changed: Count;
	readonly unchanged: Count;
	readonly bad_count: Count;
	readonly bad: readonly QuickBadRow[];
}

export interface Mailbox {
	readonly id: Id;
	readonly name: string;
	readonly address: string;
	readonly enabled: boolean;
}

export interface MailboxList {
	readonly items: readonly Mailbox[];
}

export interface ChannelList {
	readonly items: readonly Channel[];
}

export interface ApiKeyList {
	readonly items: readonly ApiKey[];
}

export interface AuditPage {
	readonly items: readonly AuditRow[];
	readonly next: string | null;
}

export interface CallAnswer {
	readonly call: Call;
}

export interface EntryAnswer {
	readonly id: Id;
	readonly seq: Count;
	readonly timeline: Id;
	readonly customer: Id;
	readonly conversation: Id | null;
	readonly at: Time;
	readonly duplicate: boolean;
}

export interface CallEventAnswer {
	readonly call: Call | null;
	readonly customer: Id | null;
	readonly duplicate: boolean;
}

export interface CustomerList {
	readonly items: readonly Customer[];
}

export interface StaffAnswer {
	readonly staff: Staff;
	/** once, when the server made it */
	readonly password?: string;
}

export interface ChannelAnswer {
	readonly channel: Channel;
}

export interface ChannelKey {
	readonly kid: string;
	/** shown once; the text itself is the key */
	readonly secret: string;
	readonly channel: Channel;
}

export interface WebhookSecret {
	/** shown once; whsec_ and the key in base64 */
	readonly secret: string;
	readonly channel: Channel;
}

export interface WebhookTest {
	readonly ok: boolean;
	/** 0: no answer came */
	readonly status: Count;
	readonly answer: string;
	readonly took_ms: Count;
}

export interface OutboxPage {
	readonly summary: OutboxSummary;
	readonly items: readonly OutboxItem[];
	readonly next: string | null;
}

export interface OutboxAgain {
	readonly items: Count;
}

export interface ApiKeyAnswer {
	readonly api_key: ApiKey;
	/** shown once */
	readonly key: string;
}

export interface CsrfAnswer {
	readonly csrf: string;
}

export interface WidgetConfig {
	readonly name: string;
	readonly languages?: readonly Language[];
	readonly colour?: string | null;
	readonly title?: Record<string, string> | null;
	readonly notice?: Notice | null;
	readonly max_upload?: Count;
	/** of an app: nobody unknown comes in */
	readonly identity_required?: boolean;
}

export interface WidgetSession {
	readonly token: string;
	readonly expires_at: Time;
	readonly identified: boolean;
}
