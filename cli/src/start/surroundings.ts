import type { Ports } from './ports.ts'
import type { ServiceName, Surroundings } from './processes.ts'
import type { Secrets } from './secrets.ts'

type Known = {
  host: string
  port: number
  publicUrl: string
  localUrl: string
  folder: string
  ports: Ports
  secrets: Secrets
  /** An adopted server may have another port than the planned one. */
  postgresPort: number
}

/** What the processes are told: who is where, with which secrets. GUICHET_BUS_URL puts RabbitMQ in the bus's place. */
export function describeSurroundings({ postgresPort, ...known }: Known): Surroundings {
  const { secrets } = known
  const passwords: Record<ServiceName | 'bus', string> = {
    accounts: secrets.databaseAccounts,
    events: secrets.databaseEvents,
    tickets: secrets.databaseTickets,
    notifications: secrets.databaseNotifications,
    bus: secrets.databaseBus,
  }
  const databaseUrl = (name: ServiceName | 'bus') =>
    `postgres://${name}:${encodeURIComponent(passwords[name])}@127.0.0.1:${postgresPort}/${name}`
  return { ...known, databaseUrl, busUrl: process.env.GUICHET_BUS_URL || databaseUrl('bus') }
}
