import type { BulkPurpose } from './tables.ts'

/** Its purpose decides about consent, so each has a kind of its own. */
export const kindOf = ({ purpose }: { purpose: BulkPurpose }) => `bulk-${purpose}` as const
