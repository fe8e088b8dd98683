declare module "pinyin-match/src/simplified_dict.js" {
	/* Syllable → the characters that may be read so. */
	export const dict: Readonly<Record<string, string>>;
}
