import { readSettings } from '@guichet/server'
import { describe, expect, it } from 'vitest'
import { readOptions } from '../src/rabbitmq-publisher.ts'

describe("a broker's URL", () => {
  it('says in its query how many messages may be on their way, and how much is sent again', () => {
    expect(readOptions('amqp://u:p@a:1,b:2/vhost?window=1000&republish_hours=48')).toEqual({
      window: 1_000,
      republishHours: 48,
    })
    expect(readOptions('amqp://u:p@a:1')).toEqual({ window: undefined, republishHours: 24 })
  })

  it.each(['window=0', 'window=many', 'republish_hours=169', 'republish_hours=1.5'])('is refused with %s', (query) => {
    expect(() => readOptions(`amqp://a?${query}`)).toThrow(/must be a number from 1/)
  })

  it('may name several hosts in the settings of a service', () => {
    const check = (url: string) => {
      const settings = readSettings({ X_BUS_URL: url }, 'X_')
      const read = settings.url('BUS_URL')
      settings.finish()
      return read
    }
    expect(check('amqp://u:p@a:5672,b:5672,c:5672')).toBe('amqp://u:p@a:5672,b:5672,c:5672')
    expect(() => check('amqp://u:p@a:x')).toThrow(/not a URL/)
    expect(() => check('http://a:80,b:80')).toThrow(/not a URL/)
  })
})
