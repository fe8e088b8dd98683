/* Two short notes by WebAudio: no file to load, nothing a policy could block. */
let context: AudioContext | null = null;
let lastAt = 0;

/** Between two sounds. */
export const quietMs = 1500;
const notes = [
	{ hertz: 660, startsAt: 0 },
	{ hertz: 880, startsAt: 0.12 },
];

function play(audio: AudioContext): void {
	for (const { hertz, startsAt } of notes) {
		const tone = audio.createOscillator();
		const volume = audio.createGain();
		const start = audio.currentTime + startsAt;
		tone.type = "sine";
		tone.frequency.value = hertz;
		volume.gain.setValueAtTime(0.0001, start);
		volume.gain.exponentialRampToValueAtTime(0.12, start + 0.02);
		volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.16);
		tone.connect(volume).connect(audio.destination);
		tone.start(start);
		tone.stop(start + 0.18);
	}
}

/** Browsers keep a page silent until it was clicked or typed into once. */
export function canBeep(): boolean {
	return typeof AudioContext !== "undefined" && navigator.userActivation?.hasBeenActive !== false;
}

export function beep(now = Date.now()): void {
	if (now - lastAt < quietMs || !canBeep()) {
		return;
	}
	lastAt = now;
	context ??= new AudioContext();
	const audio = context;
	if (audio.state === "running") {
		play(audio);
	} else {
		audio.resume().then(() => play(audio), () => undefined);
	}
}
