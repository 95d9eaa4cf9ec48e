import type { Role } from '#web/api/types.ts'

/** The pages about an organizer's money, in the order in which one needs them. */
export const SECTIONS = ['accounts', 'bank', 'prices', 'invoices', 'disputes', 'ledger', 'reconciliation'] as const
export type Section = (typeof SECTIONS)[number]

/** Who may see what; `tickets` decides, this only leaves out what would be refused. */
const ROLES: Record<Section, readonly Role[]> = {
  accounts: ['owner', 'finance'],
  bank: ['owner', 'finance'],
  prices: ['owner', 'manager', 'finance'],
  invoices: ['owner', 'manager', 'finance'],
  disputes: ['owner', 'manager', 'finance', 'support', 'viewer'],
  ledger: ['owner', 'manager', 'finance'],
  reconciliation: ['owner', 'manager', 'finance'],
}

/** Who may say what buyers can give back: it stands beside the pages about money. */
export function maySetRefundPolicy(role: Role | null): boolean {
  return role === null || role === 'owner' || role === 'manager'
}

/** All of them when the role is not known: the page itself will say so. */
export function sectionsFor(role: Role | null): Section[] {
  return SECTIONS.filter((section) => role === null || ROLES[section].includes(role))
}
