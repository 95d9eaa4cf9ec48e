import { join } from 'node:path'
import type { ProblemTable } from '@guichet/problem'
import type { AccessTable } from '@guichet/server'
import { describe, expect, it } from 'vitest'
import { ACCESS as accountsAccess } from '../services/accounts/src/permissions.ts'
import { PROBLEMS as accountsProblems } from '../services/accounts/src/problems.ts'
import { access as eventsAccess } from '../services/events/src/permissions.ts'
import { problems as eventsProblems } from '../services/events/src/problems.ts'
import { ACCESS as notificationsAccess } from '../services/notifications/src/permissions.ts'
import { PROBLEMS as notificationsProblems } from '../services/notifications/src/problems.ts'
import { access as ticketsAccess } from '../services/tickets/src/permissions.ts'
import { problems as ticketsProblems } from '../services/tickets/src/problems.ts'

// Two pages of the contract that span the services; rewritten with `./guichet test --project repository -u`.

const CONTRACTS = join(import.meta.dirname, '../contracts')
const PROBLEMS: Record<string, ProblemTable> = {
  accounts: accountsProblems,
  events: eventsProblems,
  tickets: ticketsProblems,
  notifications: notificationsProblems,
}
const ACCESS: Record<string, AccessTable> = {
  accounts: accountsAccess,
  events: eventsAccess,
  tickets: ticketsAccess,
  notifications: notificationsAccess,
}
const ROLES = ['owner', 'manager', 'finance', 'support', 'door', 'viewer']

function problemsPage(): string {
  const services = new Map<string, string[]>()
  const kinds = new Map<string, ProblemTable[string]>()
  for (const [service, table] of Object.entries(PROBLEMS)) {
    for (const [code, kind] of Object.entries(table)) {
      services.set(code, [...(services.get(code) ?? []), service])
      kinds.set(code, kind)
    }
  }
  const rows = [...kinds]
    .sort(([a, one], [b, other]) => one.status - other.status || a.localeCompare(b))
    .map(([code, { status, title, detail }]) => {
      const where = services.get(code)?.length === 4 ? 'all' : services.get(code)?.join(', ')
      return `| \`${code}\` | ${status} | ${title.en} ${detail?.en ?? ''} | ${title.fr} ${detail?.fr ?? ''} | ${where} |`
    })
  return `# Problems

Every 4xx and 5xx answer is an RFC 9457 document (\`application/problem+json\`) with \`type\` \`urn:guichet:problem:<code>\`, \`code\`, \`title\`, \`status\`, \`instance\` (give it to the support), sometimes \`detail\`, \`errors\` (one for each field) and facts as further members. Words are in English or French by \`Accept-Language\`. Written by the tests; do not edit.

| code | status | English | français | services |
|---|---|---|---|---|
${rows.join('\n')}
`
}

function permissionsPage(): string {
  const parts = Object.entries(ACCESS).map(([service, { permissions, routes }]) => {
    const table = Object.entries(permissions).map(([permission, roles]) => {
      const operations = Object.keys(routes).filter((operation) => routes[operation] === permission)
      return `| \`${permission}\` | ${ROLES.map((role) => (roles.includes(role) ? '●' : '')).join(' | ')} | ${operations.join(', ') || '(checked inside an operation)'} |`
    })
    const others = Object.entries(routes)
      .filter(([, rule]) => typeof rule !== 'string' || !(rule in permissions))
      .map(
        ([operation, rule]) =>
          `| ${operation} | ${typeof rule === 'string' ? rule : `service: ${rule.services.join(', ')}`} |`,
      )
    return `## ${service}

| permission | ${ROLES.join(' | ')} | operations |
|---|${ROLES.map(() => ':-:').join('|')}|---|
${table.join('\n')}

| other operation | open to |
|---|---|
${others.join('\n')}
`
  })
  return `# Who may do what

Role → permission → operation, from each service's \`src/permissions.ts\`. A platform administrator has every permission. Someone outside the organizer gets the same 404 as for nothing; a member without the permission gets 403. \`public\`: anyone; \`secret\`: whoever holds the order's secret, its buyer, or a reader that the operation names; \`user\`: anyone signed in. Written by the tests; do not edit.

${parts.join('\n')}`
}

describe('contracts that span the services', () => {
  it('problems.md has every problem of every service', async () => {
    await expect(problemsPage()).toMatchFileSnapshot(join(CONTRACTS, 'problems.md'))
  })

  it('permissions.md has every role, permission and operation', async () => {
    await expect(permissionsPage()).toMatchFileSnapshot(join(CONTRACTS, 'permissions.md'))
  })

  it('one code means one status everywhere', () => {
    const statuses = new Map<string, number>()
    for (const table of Object.values(PROBLEMS)) {
      for (const [code, { status }] of Object.entries(table)) {
        expect(statuses.get(code) ?? status, code).toBe(status)
        statuses.set(code, status)
      }
    }
  })

  it('permissions name known roles, and every problem speaks both languages', () => {
    for (const { permissions } of Object.values(ACCESS)) {
      for (const roles of Object.values(permissions)) expect(ROLES).toEqual(expect.arrayContaining([...roles]))
    }
    for (const table of Object.values(PROBLEMS)) {
      for (const [code, { title, detail }] of Object.entries(table)) {
        expect(title.en !== '' && title.fr !== '' && title.en !== title.fr, code).toBe(true)
        if (detail) expect(detail.en !== '' && detail.fr !== '', code).toBe(true)
      }
    }
  })
})
