import { setTimeout as pause } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { recordReply } from './record-reply.ts'
import { recordReport } from './record-report.ts'

const WAITS_MS = [0, 200, 1_000, 3_000]

/** Takes in what a provider with a connection of its own tells: receipts, and what people write back. */
export function listenToProvider(ctx: Context): void {
  const { sms } = ctx
  sms?.listen?.({
    async onReport(report) {
      // The receipt can be here before our own note of what it is about.
      for (const milliseconds of WAITS_MS) {
        await pause(milliseconds, undefined, { ref: false })
        if (await recordReport(ctx, sms.name, report)) return
      }
      ctx.log.info({ messageId: report.messageId }, 'a receipt about nothing of ours')
    },
    async onReply(reply) {
      await recordReply(ctx, reply)
    },
  })
}
