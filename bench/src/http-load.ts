import { join } from 'node:path'
import { askForLoad, type Children, forkChild } from './children.ts'
import type { HttpJob } from './http-load-process.ts'
import { type Load, WARM_UP_MS } from './load.ts'
import type { PurchaseJob } from './purchases.ts'

type WarmUp = { warmUpMs?: number }
export type HttpLoad = (Omit<HttpJob, 'warmUpMs'> | Omit<PurchaseJob, 'warmUpMs'>) & WarmUp
export type SendHttp = (load: HttpLoad) => Promise<Load>

/** One generator process for the whole run, the same for every contender that speaks HTTP. */
export function startHttpLoad(children: Children): SendHttp {
  const child = forkChild(children, join(import.meta.dirname, 'http-load-process.ts'))
  return (load) => askForLoad(child, { warmUpMs: WARM_UP_MS, ...load })
}
