/* Somebody chose "Write a mail" elsewhere: the composer of that customer takes it up. */
import { defineStore } from "pinia";
import { ref } from "vue";

export interface MailRequest {
	readonly customer: string;
	readonly address: string;
}

export const useMailRequests = defineStore("mailRequests", () => {
	const waiting = ref<MailRequest | null>(null);

	function ask(customer: string, address: string): void {
		waiting.value = { customer, address };
	}

	function take(customer: string): MailRequest | null {
		const request = waiting.value;
		if (request?.customer !== customer) {
			return null;
		}
		waiting.value = null;
		return request;
	}

	return { waiting, ask, take };
});
