import { join } from 'node:path'
import type { Ports } from './ports.ts'
import type { Secrets } from './secrets.ts'

/** One child of the supervisor. */
export type ProcessPlan = {
  name: string
  /** The program, from the root of the clone, and its arguments. */
  command: string[]
  env: Record<string, string>
  port: number
  /** URL that answers 200 when the process is of use. */
  health: string
  /** Limit of the JavaScript heap, so that the whole system stays small. */
  heapMegabytes: number
  /** Of each half of the young generation; a sale makes much that lives as long as a batch. Used only under load. */
  youngMegabytes?: number
  /** Children stop by falling order: the web first, then the services, then what they call. */
  order: number
}

export type Surroundings = {
  host: string
  port: number
  /** The origin that people type, e.g. http://localhost:4000. */
  publicUrl: string
  /** Where this machine itself reaches the web, e.g. http://127.0.0.1:4000. */
  localUrl: string
  folder: string
  ports: Ports
  secrets: Secrets
  busUrl: string
  databaseUrl: (service: ServiceName) => string
}

export const serviceNames = ['accounts', 'events', 'tickets', 'notifications'] as const
export type ServiceName = (typeof serviceNames)[number]

/** Everything that runs beside PostgreSQL. */
export function planProcesses(around: Surroundings): ProcessPlan[] {
  const { ports, secrets, publicUrl } = around
  const at = (port: number) => `http://127.0.0.1:${port}`
  const journal = (name: string) => join(around.folder, 'sandbox', name)
  const clientSecrets = {
    events: secrets.clientEvents,
    tickets: secrets.clientTickets,
    notifications: secrets.clientNotifications,
  }

  const service = (name: ServiceName, own: Record<string, string>): ProcessPlan => ({
    name,
    command: [`services/${name}/src/main.ts`],
    env: prefixed(name, {
      HOST: '127.0.0.1',
      PORT: String(ports[name]),
      DATABASE_URL: around.databaseUrl(name),
      BUS_URL: around.busUrl,
      PUBLIC_URL: publicUrl,
      ACCOUNTS_URL: at(ports.accounts),
      JWKS_URL: `${at(ports.accounts)}/.well-known/jwks.json`,
      ...own,
    }),
    port: ports[name],
    health: `${at(ports[name])}/health/ready`,
    heapMegabytes: 256,
    ...(name === 'tickets' ? { youngMegabytes: 32 } : {}),
    order: 2,
  })

  const sandbox = (name: 'payments' | 'inbox' | 'sms', own: Record<string, string>): ProcessPlan => ({
    name,
    command: [`sandbox/src/${name}/main.ts`],
    env: prefixed(name, { HOST: '127.0.0.1', JOURNAL: journal(name), ...own }),
    port: ports[name],
    health: `${at(ports[name])}/health/live`,
    heapMegabytes: 128,
    order: 1,
  })

  return [
    sandbox('payments', {
      PORT: String(ports.payments),
      API_KEY: secrets.paymentsApiKey,
      WEBHOOK_SECRET: secrets.paymentsWebhook,
      PUBLIC_URL: `${publicUrl}/sandbox/payments`,
      BASE_PATH: '/sandbox/payments',
    }),
    sandbox('inbox', { HTTP_PORT: String(ports.inbox), SMTP_PORT: String(ports.smtp), BASE_PATH: '/inbox' }),
    sandbox('sms', { PORT: String(ports.sms), BASE_PATH: '/sandbox/sms' }),
    service('accounts', {
      SECRET: secrets.accounts,
      CLIENT_SECRET_EVENTS: clientSecrets.events,
      CLIENT_SECRET_TICKETS: clientSecrets.tickets,
      CLIENT_SECRET_NOTIFICATIONS: clientSecrets.notifications,
    }),
    service('events', { TICKETS_URL: at(ports.tickets), CLIENT_SECRET: clientSecrets.events }),
    service('tickets', {
      EVENTS_URL: at(ports.events),
      CLIENT_SECRET: clientSecrets.tickets,
      ORDER_SECRET: secrets.ticketsOrder,
      SIGNING_SECRET: secrets.ticketsSigning,
      SEALING_SECRET: secrets.ticketsSealing,
      SIMULATED_URL: at(ports.payments),
      SIMULATED_API_KEY: secrets.paymentsApiKey,
      SIMULATED_WEBHOOK_SECRET: secrets.paymentsWebhook,
      SELF_URL: at(ports.tickets),
    }),
    service('notifications', {
      TICKETS_URL: at(ports.tickets),
      CLIENT_SECRET: clientSecrets.notifications,
      CONSENT_SECRET: secrets.notificationsConsent,
      SMTP_URL: `smtp://127.0.0.1:${ports.smtp}`,
      MAIL_FROM: 'Guichet <tickets@guichet.localhost>',
      SMS_URL: at(ports.sms),
      SEALING_SECRET: secrets.notificationsSealing,
      // To a program on this machine too: there is nobody here to keep out.
      WEBHOOK_HOSTS: 'any',
    }),
    {
      name: 'web',
      command: ['web/server.ts'],
      env: prefixed('web', {
        HOST: around.host,
        PORT: String(around.port),
        PUBLIC_URL: publicUrl,
        ACCOUNTS_URL: at(ports.accounts),
        EVENTS_URL: at(ports.events),
        TICKETS_URL: at(ports.tickets),
        NOTIFICATIONS_URL: at(ports.notifications),
        SESSION_SECRET: secrets.webSession,
        OFFERS_SMS: 'yes',
        INBOX_URL: at(ports.inbox),
        PAYMENTS_URL: at(ports.payments),
        SMS_URL: at(ports.sms),
      }),
      port: around.port,
      health: `${around.localUrl}/health/live`,
      heapMegabytes: 256,
      order: 3,
    },
  ]
}

function prefixed(name: string, settings: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [`${name.toUpperCase()}_${key}`, value]))
}
