/** What consoles and widgets share: no DOM, no framework. Sockets, time, chance, storage and
 * HTTP are given from outside (for browsers: @trunkline/ui/browser). */
export type { Clock } from "./clock";
export { Connection } from "./connection";
export type { ConnectionState, OpenSocket, Socket, SocketListeners } from "./connection";
export { ConsoleClient } from "./console-client";
export type { ActOptions, ConsoleClientOptions, ConsoleEvents, ConsoleOutboxFrame, Written } from "./console-client";
export { Emitter } from "./emitter";
export { NackError } from "./nack-error";
export { Outbox } from "./outbox";
export type { OutboxItem, OutboxState, OutboxStore, StoredItem } from "./outbox";
export { readAnswer, Rest, RestError, withQuery } from "./rest";
export type { HttpRequest, HttpResponse, HttpSend, Query, RestOptions } from "./rest";
export { Thread } from "./thread";
export type { Gap, ThreadShape } from "./thread";
export { TypingSignal, Typist } from "./typing";
export { ulid } from "./ulid";
export type { RandomBytes } from "./ulid";
export { WidgetClient } from "./widget-client";
export type { WidgetClientOptions, WidgetEvents } from "./widget-client";
