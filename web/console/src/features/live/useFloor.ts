/* What waits now and at whom: read from the server, again whenever something happens, at most
 * every second and a half; now and then in any case. */
import type { Floor } from "@trunkline/protocol";
import { onBeforeUnmount, ref, shallowRef, watch, type Ref, type ShallowRef } from "vue";
import { checks, get } from "../../app/api";
import { useConnection } from "../../stores/connection";

export interface FloorView {
	floor: ShallowRef<Floor | null>;
	failed: Ref<boolean>;
	/* How far the page's clock is behind the server's. */
	skewMs: Ref<number>;
	reload: () => Promise<void>;
}

const restMs = 1500;
const anywayMs = 30_000;

export function useFloor(): FloorView {
	const connection = useConnection();
	const floor: ShallowRef<Floor | null> = shallowRef(null);
	const failed = ref(false);
	const skewMs = ref(0);
	let timer: ReturnType<typeof setTimeout> | undefined;
	let readAt = 0;
	let over = false;
	const stops: (() => void)[] = [];

	async function reload(): Promise<void> {
		clearTimeout(timer);
		timer = undefined;
		readAt = Date.now();
		try {
			const next = await get("/floor", checks.floorCheck);
			floor.value = next;
			skewMs.value = Date.parse(next.time) - Date.now();
			failed.value = false;
		} catch {
			failed.value = true;
		}
		if (!over && timer === undefined) {
			timer = setTimeout(() => void reload(), anywayMs);
		}
	}

	function soon(): void {
		clearTimeout(timer);
		timer = setTimeout(() => void reload(), Math.max(50, readAt + restMs - Date.now()));
	}

	watch(
		() => connection.client,
		(client) => {
			stops.splice(0).forEach((stop) => stop());
			if (client !== null) {
				stops.push(client.on("entry", soon), client.on("welcome", soon));
			}
		},
		{ immediate: true },
	);
	connection.followView("all");
	void reload();
	onBeforeUnmount(() => {
		over = true;
		clearTimeout(timer);
		stops.forEach((stop) => stop());
	});
	return { floor, failed, skewMs, reload };
}
