import { get } from 'node:http'

/** The status code of a health address, undefined when nobody answers in 2 s. (fetch would cost the supervisor 10 MB.) */
export function askHealth(url: string): Promise<number | undefined> {
  return new Promise((done) => {
    const request = get(url, { agent: false, timeout: 2000 }, (answer) => {
      answer.resume()
      done(answer.statusCode)
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => done(undefined))
  })
}

/** A process's metrics by name, those of several labels added up; empty when it has none to show. */
export function askMetrics(url: string): Promise<Map<string, number>> {
  return new Promise((done) => {
    const sums = new Map<string, number>()
    const request = get(url, { agent: false, timeout: 2000 }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      answer.on('end', () => {
        const lines = answer.statusCode === 200 ? text.matchAll(/^(\w+)(?:\{.*\})? (\S+)$/gm) : []
        for (const [, name = '', value] of lines) sums.set(name, (sums.get(name) ?? 0) + Number(value))
        done(sums)
      })
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => done(sums))
  })
}
