import { type Bus, subscribe } from '@guichet/messaging'
import type { Context } from '../context.ts'
import type { Schema } from '../db.ts'
import { startForgettingPublicEvents } from '../jobs/forget-public-events.ts'
import type { Job } from '../jobs/job.ts'
import { startSendingWebhooks } from '../jobs/send-webhooks.ts'
import { startStreaming } from '../jobs/stream-public-events.ts'
import { startTellingOwners } from '../jobs/tell-owners.ts'
import { publicEventHandlers } from './on-message.ts'

/**
 * The public event stream: its own queue, so that it and the mails never wait for each other, and what carries it on.
 * @param brokerUrl where the public exchange is; without RabbitMQ there is none.
 */
export function startWebhooks(ctx: Context, bus: Bus, brokerUrl: string | undefined): Job {
  const { db, log, now } = ctx
  const streamed = /^amqps?:/.test(brokerUrl ?? '')
  const consumer = subscribe<Schema>({ bus, db, log, queue: 'webhooks', handlers: publicEventHandlers(now, streamed) })
  const jobs = [startSendingWebhooks(ctx), startForgettingPublicEvents(ctx), startTellingOwners(ctx)]
  if (streamed && brokerUrl) jobs.push(startStreaming(ctx, brokerUrl))
  return {
    async stop() {
      await Promise.all([consumer.stop(), ...jobs.map((job) => job.stop())])
      await ctx.webhooks.hosts.agent.destroy()
    },
  }
}
