/** How far one of her own messages has come. */
import type { OutboxState } from "@trunkline/client";
import type { PublicMark } from "@trunkline/protocol";

export type Tick = "waiting" | "sending" | "sent" | "delivered" | "read" | "failed";

export function tickOfEntry(pub: number, house: PublicMark): Tick {
	if (pub <= house.seen) {
		return "read";
	}
	return pub <= house.delivered ? "delivered" : "sent";
}

export function tickOfPending(state: OutboxState, online: boolean): Tick {
	switch (state) {
		case "failed":
			return "failed";
		case "acked":
			return "sent";
		case "sent":
			return "sending";
		case "waiting":
			return online ? "sending" : "waiting";
	}
}
