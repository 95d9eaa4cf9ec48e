import type { AccountBalance, Difference, Dispute, PaymentAccount, Seller } from '#web/api/finance.ts'
import type { Page } from '#web/api/types.ts'
import { configuration } from '#web/config.server.ts'
import { standings } from '#web/finance/ledger.ts'
import { tryRead } from '#web/finance/read.server.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const base = `/v1/organizers/${event.params.organizerId}`
  const { sections } = await event.parent()
  const may = (section: (typeof sections)[number]) => sections.includes(section)
  const [balances, accounts, disputes, differences, invoices, seller] = await Promise.all([
    may('ledger') ? tryRead<{ items: AccountBalance[] }>(event, `${base}/ledger-balances`) : null,
    may('accounts') ? tryRead<{ items: PaymentAccount[] }>(event, `${base}/payment-accounts`) : null,
    tryRead<Page<Dispute>>(event, `${base}/disputes`, { state: 'open' }),
    may('reconciliation')
      ? tryRead<Page<Difference>>(event, `${base}/reconciliation-differences`, { state: 'open' })
      : null,
    may('invoices') ? tryRead<Page<unknown>>(event, `${base}/invoices`, { limit: '1' }) : null,
    may('invoices') ? tryRead<Seller>(event, `${base}/seller`) : null,
  ])
  const on = accounts?.items.filter((account) => account.enabled) ?? []
  return {
    standings: balances && standings(balances.items),
    disputes: disputes?.items.length ?? 0,
    differences: differences?.items.length ?? 0,
    sellerMissing: Boolean(invoices?.items.length && !seller),
    noAccount: accounts !== null && on.length === 0 && configuration().config.sandbox.payments === null,
    troubled: on
      .filter((account) => account.mode === 'test' || account.lastProblem)
      .map(({ id, provider, mode }) => ({ id, provider, rehearses: mode === 'test' })),
  }
}
