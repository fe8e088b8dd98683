export function trunklineSystems() {
	return [];
}
