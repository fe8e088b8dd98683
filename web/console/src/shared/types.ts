/* The shapes of the wire come from @trunkline/protocol; here is what the console adds to them. */
import type {
	Call,
	Conversation as WireConversation,
	ConversationItem,
	File as WireFile,
} from "@trunkline/protocol";

export type {
	Action,
	ApiKey,
	AuditRow,
	Author,
	AuthorKind,
	Call,
	CallEntry,
	Channel,
	ChannelSettings,
	Contact,
	ConversationState,
	Customer,
	CustomerDetail,
	CustomerItem,
	CustomerValue,
	Delivery,
	Entry,
	EntryKind,
	Field,
	FieldChoice,
	FieldKind,
	FieldValue,
	IdentityKey,
	ImportJob,
	ImportPreview,
	Likely,
	LikelyReason,
	LinkJudgedEntry,
	LinkProposedEntry,
	Mail,
	MailAddress,
	Mailbox,
	MailboxTest,
	MailAnswering,
	MailSecurity,
	MailServer,
	Mark,
	Merge,
	MergePreview,
	MergeSide,
	OutboxItem,
	OutboxSummary,
	PresenceState,
	Role,
	SearchHit,
	SendFailedEntry,
	Staff,
	TextEntry,
	TimelineEnd,
	View,
	Viewer,
} from "@trunkline/protocol";

/* A live projection does not carry the name and what I have read; lists do. */
export type Conversation = WireConversation &
	Partial<Pick<ConversationItem, "customer_name" | "anonymous" | "inbound_read">>;

export type CallResult = Call["result"];

export interface FileInfo extends WireFile {
	readonly created_at?: string;
}

export interface Counts {
	mine: number;
	unassigned: number;
	all: number;
	mine_unread: number;
}

export interface Page<Item> {
	readonly items: readonly Item[];
	readonly next: string | null;
}
