import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeDefinitions } from './rabbitmq/definitions.ts'

// Makes what is missing of an installation's secrets in a folder, one file each, and touches nothing that exists.
// compose.yaml runs it once, before everything else: node deploy/make-secrets.ts /secrets

const folder = process.argv[2]
if (!folder) throw new Error('Usage: make-secrets.ts FOLDER')
mkdirSync(folder, { recursive: true })

/** Readable by the containers' users, in a volume that only they mount. */
function keep(name: string, value: () => string): void {
  const path = join(folder as string, name)
  if (!existsSync(path)) writeFileSync(path, value(), { mode: 0o444 })
}
/** By another file's name first, so that nobody reads half of it. */
function write(name: string, value: string): void {
  const path = join(folder as string, name)
  writeFileSync(`${path}.new`, value, { mode: 0o444 })
  renameSync(`${path}.new`, path)
}
const random = () => randomBytes(36).toString('base64url')

for (const name of [
  'accounts_secret',
  'accounts_client_secret_events',
  'accounts_client_secret_tickets',
  'accounts_client_secret_notifications',
  'notifications_consent_secret',
  'tickets_order_secret',
  'tickets_signing_secret',
  'tickets_sealing_secret',
  'notifications_sealing_secret',
  'payments_api_key',
  'web_session_secret',
  'postgres_password',
  'rabbitmq_password',
]) {
  keep(name, random)
}
keep('payments_webhook_secret', () => `whsec_${randomBytes(32).toString('base64')}`)

const read = (name: string) => readFileSync(join(folder, name), 'utf8')
const SERVICES = ['accounts', 'events', 'tickets', 'notifications'] as const
for (const service of SERVICES) {
  keep(`${service}_database_password`, random)
  keep(
    `${service}_database_url`,
    () => `postgres://${service}:${read(`${service}_database_password`)}@postgres:5432/${service}`,
  )
  keep(`${service}_bus_password`, random)
  keep(`${service}_bus_url`, () => `amqp://${service}:${read(`${service}_bus_password`)}@rabbitmq:5672/`)
}

// Written anew each time, as a new release may have new messages: the broker reads them whenever it starts.
const [accounts, events, tickets, notifications] = SERVICES.map((service) => read(`${service}_bus_password`))
const passwords = { accounts, events, tickets, notifications } as Record<(typeof SERVICES)[number], string>
write('rabbitmq_definitions.json', makeDefinitions(passwords, read('rabbitmq_password')))
write('rabbitmq.conf', `load_definitions = ${join(folder, 'rabbitmq_definitions.json')}\nloopback_users = none\n`)
