/** Two soft tones. Off until somebody turns it on. */
import { recall, remember } from "@trunkline/ui/browser";
import { signal } from "@preact/signals";

const PLACE = "trunkline:sound";

export const soundOn = signal(recall(PLACE) === "on");

let context: AudioContext | null = null;

export function playTone(): void {
	if (!soundOn.value) {
		return;
	}
	context ??= new AudioContext();
	const { currentTime: now, destination } = context;
	for (const [delay, frequency] of [[0, 660], [0.12, 880]] as const) {
		const tone = context.createOscillator();
		const volume = context.createGain();
		tone.frequency.value = frequency;
		volume.gain.setValueAtTime(0.0001, now + delay);
		volume.gain.exponentialRampToValueAtTime(0.08, now + delay + 0.02);
		volume.gain.exponentialRampToValueAtTime(0.0001, now + delay + 0.22);
		tone.connect(volume).connect(destination);
		tone.start(now + delay);
		tone.stop(now + delay + 0.24);
	}
}

/** By a click: only then browsers allow sound. */
export function switchSound(): void {
	soundOn.value = !soundOn.value;
	remember(PLACE, soundOn.value ? "on" : null);
	playTone();
}
