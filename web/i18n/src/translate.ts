export interface Messages {
	readonly [key: string]: string | Messages;
}

/** The same keys, other words. */
export type Translated<Source> = {
	readonly [Key in keyof Source]: Source[Key] extends string ? string : Translated<Source[Key]>;
};

/** "composer.placeholder" and the like. */
export type Keys<Source> = {
	[Key in keyof Source & string]: Source[Key] extends string ? Key : `${Key}.${Keys<Source[Key]>}`;
}[keyof Source & string];

export type Translate<Source> = (
	key: Keys<Source>,
	values?: Readonly<Record<string, string | number>>,
) => string;

/** Looks messages up and fills `{name}` in. For pages without a framework that does it. */
export function translator<Source extends Messages>(messages: Translated<Source>): Translate<Source> {
	return (key, values = {}) => {
		let node: unknown = messages;
		for (const part of key.split(".")) {
			node = (node as Messages)[part];
		}
		return String(node).replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
	};
}
