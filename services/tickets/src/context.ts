import type { Sealing, ServiceClient } from '@guichet/server'
import type { FastifyBaseLogger } from 'fastify'
import type { Config } from './config.ts'
import type { TicketsDb, TicketsTx } from './db.ts'
import type { HoldAllowance } from './orders/hold-allowance.ts'
import type { OrderSecrets } from './orders/order-secret.ts'
import type { SellingAccounts } from './payment-accounts/offered.ts'
import type { Providers } from './payments/providers.ts'
import type { Settlement } from './payments/settle-payment.ts'
import type { Settled } from './payments/settle-together.ts'
import type { RateLimits } from './rate-limits.ts'
import type { Batcher } from './stock/batcher.ts'
import type { Stock } from './stock/stock.ts'
import type { TicketCodes } from './tickets/ticket-code.ts'
import type { TicketPrinter } from './tickets/ticket-printer.ts'

/** What routes, consumers and jobs may use. */
export interface Context {
  config: Config
  db: TicketsDb
  /** Who gets places, and how many there are. */
  stock: Stock
  /** Payments that have been decided, made final together. */
  settlements: Batcher<Settlement, Settled>
  log: FastifyBaseLogger
  /** The database's clock, which all processes share: it alone decides on sale windows and deadlines. */
  time(db: TicketsDb | TicketsTx): Promise<Date>
  /** The platform's payment provider, and those of organizers' accounts. */
  providers: Providers
  sealing: Sealing
  /** With which accounts organizers sell. */
  sellingAccounts: SellingAccounts
  askEvents: ServiceClient
  orderSecrets: OrderSecrets
  ticketCodes: TicketCodes
  ticketPrinter: TicketPrinter
  limits: RateLimits
  /** How much one account, and one address of guests, may hold. */
  allowances: { account: HoldAllowance; address: HoldAllowance }
}
