import { sql } from '@guichet/database'
import type { PaymentProvider } from '../../src/payments/provider.ts'
import type { Shop } from '../shop.ts'

const CALLS = ['open', 'find', 'close', 'refund'] as const
type Call = (typeof CALLS)[number]

/** Calls of the provider: the step is refused before it happens, or its answer is lost after it did. */
export type ProviderFault = `${'before' | 'after'} ${Call}`
export const PROVIDER_FAULTS = CALLS.flatMap((call): ProviderFault[] => [`before ${call}`, `after ${call}`])

/** What the steps write, one by one: a fault here undoes all of the step's transaction. */
export const TABLES = [
  'orders',
  'order_line',
  'allotment',
  'payment',
  'ticket',
  'ledger_transaction',
  'outbox',
  'order_number',
  'invoice',
  'refund',
  'refund_line',
] as const

/** Faults that happen once, at a chosen step; `fired` says whether the step was come to. */
export function createFaults() {
  let armed: ProviderFault | undefined
  const strike = (at: ProviderFault) => {
    if (armed !== at) return
    armed = undefined
    throw new Error(`fault ${at}`)
  }
  const around =
    <Args extends unknown[], Result>(name: Call, act: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      strike(`before ${name}`)
      const result = await act(...args)
      strike(`after ${name}`)
      return result
    }

  return {
    /** The real provider, whose calls can be struck. */
    provider: (real: PaymentProvider): PaymentProvider => ({
      ...real,
      open: around('open', real.open),
      find: around('find', real.find),
      close: around('close', real.close),
      refund: around('refund', real.refund),
    }),
    atProvider(at: ProviderFault) {
      armed = at
      return {
        fired: async () => armed === undefined,
        disarm: async () => {
          armed = undefined
        },
      }
    },
    /** The n-th row written to a table fails; a sequence, because it alone does not roll back, knows that it has. */
    async atTable(shop: Shop, table: (typeof TABLES)[number], nth = 1) {
      const { db } = shop.tickets.context
      await sql`create sequence saga_fault_writes`.execute(db)
      await sql`create function saga_fault() returns trigger language plpgsql as ${sql.lit(
        `begin if nextval('saga_fault_writes') = ${nth} then raise exception 'fault at ${table}'; end if; return null; end`,
      )}`.execute(db)
      await sql`create trigger saga_fault after insert or update on ${sql.ref(table)} for each row execute function saga_fault()`.execute(
        db,
      )
      return {
        async fired(): Promise<boolean> {
          const { rows } = await sql<{ fired: boolean }>`
            select is_called and last_value >= ${nth} as fired from saga_fault_writes`.execute(db)
          return rows[0]?.fired ?? false
        },
        async disarm(): Promise<void> {
          await sql`drop function saga_fault() cascade`.execute(db)
          await sql`drop sequence saga_fault_writes`.execute(db)
        },
      }
    },
  }
}

export type Faults = ReturnType<typeof createFaults>
