import { join } from 'node:path'
import { type Children, forkChild } from './children.ts'
import type { HttpJob } from './http-load-process.ts'
import { type Load, WARM_UP_MS } from './load.ts'

export type HttpLoad = Omit<HttpJob, 'warmUpMs'> & { warmUpMs?: number }
export type SendHttp = (load: HttpLoad) => Promise<Load>

/** One generator process for the whole run, the same for every contender that speaks HTTP. */
export function startHttpLoad(children: Children): SendHttp {
  const child = forkChild(children, join(import.meta.dirname, 'http-load-process.ts'))
  return (load) =>
    new Promise((done, failed) => {
      const job: HttpJob = { warmUpMs: WARM_UP_MS, ...load }
      const ended = () => failed(new Error('The load generator ended'))
      child.once('exit', ended)
      child.once('message', (answer: { load?: Load; error?: string }) => {
        child.off('exit', ended)
        if (answer.load) done(answer.load)
        else failed(new Error(answer.error))
      })
      child.send(job)
    })
}
