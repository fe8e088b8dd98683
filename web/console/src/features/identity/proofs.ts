/* How people come to know that a number or an address is really hers. */
export const proofs = ["called_back", "message_code", "document", "in_person"] as const;
