import { Refusal } from '../refusal.ts'
import type { ProcessPlan } from './processes.ts'
import { runOnce } from './run-once.ts'

/** A fresh link that signs its bearer in as the administrator, once. */
export async function mintAdminLink(plans: ProcessPlan[], root: string): Promise<string> {
  const accounts = plans.find((plan) => plan.name === 'accounts')
  if (!accounts) throw new Refusal('There is no accounts service to ask for an administrator link.')
  const command = [...accounts.command, 'admin-link']
  const printed = await runOnce({ what: 'making the administrator link', command, cwd: root, env: accounts.env })
  const link = printed.match(/https?:\/\/\S+/)?.[0]
  if (!link) throw new Refusal('The accounts service printed no administrator link.')
  return link
}
