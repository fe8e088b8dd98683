import type { JSX } from "preact";

/** Decoration: what it means stands beside it in words. */
export function Icon({ path, className = "" }: { path: string; className?: string }): JSX.Element {
	return (
		<svg class={`icon ${className}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
			<path d={path} />
		</svg>
	);
}
