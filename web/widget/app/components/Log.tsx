import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { formatDay } from "../state/format";
import type { Model } from "../state/model";
import type { MessageRow, Row } from "../state/rows";
import { Message } from "./Message";

const NEAR_END = 48;
const NEAR_START = 160;

interface Place {
	height: number;
	top: number;
	first: string | null;
	last: string | null;
	/** She looks at the newest: new ones move up by themselves. */
	atEnd: boolean;
}

const messagesOf = (rows: readonly Row[]): MessageRow[] =>
	rows.filter((row): row is MessageRow => row.kind === "message");

/** Keeps what she looks at in its place when rows come above or below it. */
function usePlace(model: Model, rows: readonly Row[]): {
	element: { current: HTMLDivElement | null };
	atEnd: boolean;
	fresh: number;
	scrolled: () => void;
	jump: () => void;
} {
	const element = useRef<HTMLDivElement>(null);
	const place = useRef<Place>({ height: 0, top: 0, first: null, last: null, atEnd: true });
	const [atEnd, setAtEnd] = useState(true);
	const [fresh, setFresh] = useState(0);

	const look = (): void => {
		const log = element.current;
		if (!log) {
			return;
		}
		const end = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END;
		Object.assign(place.current, { height: log.scrollHeight, top: log.scrollTop, atEnd: end });
		setAtEnd(end);
		if (end) {
			setFresh(0);
		}
	};

	const readIfSeen = (): void => {
		if (model.open.value && !document.hidden && place.current.atEnd) {
			model.client.read();
		}
	};

	const olderIfNear = (): void => {
		const log = element.current;
		if (log && log.scrollTop < NEAR_START && model.client.more && log.clientHeight > 0) {
			model.client.older().catch(() => undefined);
		}
	};

	useLayoutEffect(() => {
		const log = element.current;
		if (!log) {
			return;
		}
		const messages = messagesOf(rows);
		const first = messages[0]?.key ?? null;
		const last = messages[messages.length - 1] ?? null;
		const { current: before } = place;
		const appended = last !== null && last.key !== before.last;
		if (before.atEnd || (appended && last.pending !== null)) {
			log.scrollTop = log.scrollHeight;
		} else if (first !== before.first) {
			log.scrollTop = before.top + log.scrollHeight - before.height;
		}
		if (appended && !before.atEnd && !last.own) {
			const known = messages.findIndex(({ key }) => key === before.last);
			setFresh((count) => count + messages.slice(known + 1).filter(({ own }) => !own).length);
		}
		place.current = { ...before, first, last: last?.key ?? null };
		look();
		readIfSeen();
		olderIfNear();
	}, [rows, model.client.typist === null]);

	useEffect(() => {
		const shown = (): void => {
			const log = element.current;
			if (log && place.current.atEnd) {
				log.scrollTop = log.scrollHeight;
			}
			readIfSeen();
			olderIfNear();
		};
		const watcher = new ResizeObserver(shown);
		if (element.current) {
			watcher.observe(element.current);
		}
		document.addEventListener("visibilitychange", shown);
		const stop = model.open.subscribe(shown);
		return () => {
			watcher.disconnect();
			document.removeEventListener("visibilitychange", shown);
			stop();
		};
	}, []);

	return {
		element,
		atEnd,
		fresh,
		scrolled: () => {
			look();
			readIfSeen();
			olderIfNear();
		},
		jump: () => {
			element.current?.scrollTo(0, element.current.scrollHeight);
			element.current?.focus();
		},
	};
}

function Typing({ model }: { model: Model }): JSX.Element | null {
	const { typist } = model.client;
	if (!typist) {
		return null;
	}
	const t = model.t.value;
	return (
		<div class="typing" role="img" aria-label={t("typing", { name: typist.name || t("agent") })}><i /><i /><i /></div>
	);
}

function Intro({ model }: { model: Model }): JSX.Element {
	const t = model.t.value;
	return (
		<div class="msg">
			<div class="bubble">{t("welcome")}</div>
			<p class="intro">{t("privacy")}</p>
		</div>
	);
}

export function Log({ model }: { model: Model }): JSX.Element {
	const t = model.t.value;
	const rows = model.rows.value;
	const locale = model.locale.value;
	const { element, atEnd, fresh, scrolled, jump } = usePlace(model, rows);
	const { more } = model.client;
	return (
		<div class="log-area">
			<div
				class="log" role="log" aria-live="polite" aria-relevant="additions" aria-label={t("log")}
				tabIndex={0} ref={element} onScroll={scrolled}
			>
				{more && <div class="older" aria-hidden="true">{t("older")}</div>}
				{!more && <Intro model={model} />}
				{rows.map((row) =>
					(row.kind === "day"
						? <div class="day" key={row.key}>{formatDay(row.at, Date.now(), locale, { today: t("today"), yesterday: t("yesterday") })}</div>
						: <Message key={row.key} model={model} row={row} />))}
				<Typing model={model} />
			</div>
			{!atEnd && (
				<button type="button" class="btn jump" onClick={jump}>
					{fresh > 0 ? t("newMessages", { count: fresh }) : t("latest")}
				</button>
			)}
		</div>
	);
}
