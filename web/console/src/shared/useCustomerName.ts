/* A customer without a name is a visitor, told apart by a short number. */
import { useI18n } from "vue-i18n";
import { visitorNumber } from "./format";

export interface Named {
	id: string;
	name: string;
	anonymous: boolean;
}

export function useCustomerName(): (customer: Named) => string {
	const { t } = useI18n();
	return (customer) => {
		if (customer.name !== "") {
			return customer.name;
		}
		return t("common.visitor", { number: visitorNumber(customer.id) });
	};
}
