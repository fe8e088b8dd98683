/* A customer without a name is a visitor, told apart by the end of her number. */
import { useI18n } from "vue-i18n";

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
		return t("common.visitor", { number: customer.id.slice(-4) });
	};
}
