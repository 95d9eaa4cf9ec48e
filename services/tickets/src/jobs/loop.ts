import type { Context } from '../context.ts'

export interface Job {
  name: string
  /** Pause after a round that found nothing to do. */
  pauseMs: number
  /** One bounded round; returns how much it did. Safe on several processes at once. */
  run(ctx: Context): Promise<number>
}

/** Repeats a job for as long as the service runs; a failed round is told and the next one comes as usual. */
export function startJob(ctx: Context, job: Job): { stop(): Promise<void> } {
  let stopped = false
  let wake = () => {}
  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, job.pauseMs)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  const rounds = (async () => {
    while (!stopped) {
      const done = await job.run(ctx).catch((error: unknown) => {
        ctx.log.warn({ err: error, job: job.name }, 'a round of the job failed')
        return 0
      })
      if (done === 0 && !stopped) await pause()
    }
  })()
  return {
    async stop() {
      stopped = true
      wake()
      await rounds
    },
  }
}
