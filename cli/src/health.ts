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
