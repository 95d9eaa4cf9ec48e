import type { Role } from '#web/api/types.ts'

/** The pages about an organizer's messages, in the order in which one needs them. */
export const SECTIONS = ['sent', 'bulk', 'templates', 'sender', 'consents', 'webhooks'] as const
export type Section = (typeof SECTIONS)[number]

/** Who may see what; `notifications` decides, this only leaves out what would be refused. */
const ROLES: Record<Section, readonly Role[]> = {
  sent: ['owner', 'manager', 'support'],
  bulk: ['owner', 'manager', 'support', 'viewer'],
  templates: ['owner', 'manager'],
  sender: ['owner', 'manager'],
  consents: ['owner', 'manager', 'support'],
  webhooks: ['owner', 'manager'],
}

/** All of them when the role is not known: the page itself will say so. */
export function sectionsFor(role: Role | null): Section[] {
  return SECTIONS.filter((section) => role === null || ROLES[section].includes(role))
}
