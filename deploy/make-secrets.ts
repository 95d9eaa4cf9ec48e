import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

// Makes what is missing of an installation's secrets in a folder, one file each, and touches nothing that exists.
// compose.yaml runs it once, before everything else: node make-secrets.ts /secrets

const folder = process.argv[2]
if (!folder) throw new Error('Usage: make-secrets.ts FOLDER')
mkdirSync(folder, { recursive: true })

/** Readable by the containers' users, in a volume that only they mount. */
function keep(name: string, value: () => string): void {
  const path = join(folder as string, name)
  if (!existsSync(path)) writeFileSync(path, value(), { mode: 0o444 })
}
const random = () => randomBytes(36).toString('base64url')

for (const name of [
  'accounts_secret',
  'accounts_client_secret_events',
  'accounts_client_secret_tickets',
  'accounts_client_secret_notifications',
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
for (const service of ['accounts', 'events', 'tickets', 'notifications']) {
  keep(`${service}_database_password`, random)
  keep(
    `${service}_database_url`,
    () => `postgres://${service}:${read(`${service}_database_password`)}@postgres:5432/${service}`,
  )
}
keep('bus_url', () => `amqp://guichet:${read('rabbitmq_password')}@rabbitmq:5672/`)
keep(
  'rabbitmq.conf',
  () => `default_user = guichet\ndefault_pass = ${read('rabbitmq_password')}\nloopback_users = none\n`,
)
