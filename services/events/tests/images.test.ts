import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isPublicAddress } from '@guichet/server/public-hosts'
import { newOrganizerId } from '@guichet/testkit'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodePicture } from '../src/images/encode-picture.ts'
import { createPictureFetcher } from '../src/images/fetch-picture.ts'
import { type EventsFixture, eventsFixture, multipart } from './fixture.ts'

let fixture: EventsFixture
beforeAll(async () => {
  fixture = await eventsFixture()
})
afterAll(() => fixture.stop())

const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: { r: 200, g: 30, b: 90 } } })
const upload = (id: string, bytes: Buffer, extra: object = {}, name?: string, type?: string) => {
  const form = multipart(bytes, name, type)
  return fixture.call('PUT', `/v1/events/${id}/image`, undefined, { ...form, ...extra, headers: { ...form.headers } })
}
const pathOf = (imageUrl: string) => imageUrl.replace('/api/events', '')

describe('uploading a picture', () => {
  it('keeps our own WebP of it, smaller, without the place where it was taken, for ever cacheable', async () => {
    const photo = await plain(3000, 1000)
      .withExif({ IFD0: { Copyright: 'canary-owner' }, IFD3: { GPSLatitude: '48/1 51/1 30/1', GPSLatitudeRef: 'N' } })
      .jpeg()
      .toBuffer()
    expect(photo.includes('canary-owner')).toBe(true)
    const { id } = await fixture.createDraft()
    const answer = await upload(id, photo, {}, '../../etc/passwd', 'text/html')
    expect(answer.status).toBe(200)
    expect(answer.body.imageUrl).toMatch(/^\/api\/events\/v1\/images\/img_[0-9a-z]{26}$/)
    expect(answer.headers.etag).toBe('"v2"')

    const image = await fixture.anonymous('GET', pathOf(answer.body.imageUrl))
    expect(image.status).toBe(200)
    expect(image.headers).toMatchObject({
      'content-type': 'image/webp',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
    })
    const stored = await sharp(image.raw).metadata()
    expect(stored).toMatchObject({ format: 'webp', width: 1600, height: 533 })
    expect(stored.exif).toBeUndefined()
    expect(image.raw.includes('canary-owner')).toBe(false)
    const again = await fixture.call('GET', pathOf(answer.body.imageUrl), undefined, {
      headers: { 'if-none-match': String(image.headers.etag) },
    })
    expect(again.status).toBe(304)
  })

  it('replaces the picture before, which is gone; null removes it', async () => {
    const { id } = await fixture.createDraft()
    const first = (await upload(id, await plain(10, 10).png().toBuffer())).body.imageUrl
    const second = (await upload(id, await plain(10, 10).gif().toBuffer())).body.imageUrl
    expect(second).not.toBe(first)
    expect((await fixture.anonymous('GET', pathOf(first))).status).toBe(404)
    const kept = await fixture.call('PATCH', `/v1/events/${id}`, { imageUrl: second }, { ifMatch: '*' })
    expect(kept.body.imageUrl).toBe(second)
    const removed = await fixture.call('PATCH', `/v1/events/${id}`, { imageUrl: null }, { ifMatch: '*' })
    expect(removed.body.imageUrl).toBeNull()
    expect((await fixture.anonymous('GET', pathOf(second))).status).toBe(404)
  })

  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'
  it.each<[string, () => Promise<Buffer> | Buffer]>([
    ['SVG', () => Buffer.from(svg)],
    ['a page', () => Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['a PDF', () => Buffer.from('%PDF-1.7 ...')],
    ['an archive', () => Buffer.from('PK\u0003\u0004...')],
    ['nothing', () => Buffer.alloc(0)],
    ['a page that begins like a GIF', () => Buffer.from('GIF89a/*<script>*/=1;alert(1)')],
    [
      'a true PNG with a page behind it',
      async () => Buffer.concat([await plain(9, 9).png().toBuffer(), Buffer.from('<HTML><body onload=alert(1)>')]),
    ],
    ['half a PNG', async () => (await plain(300, 300).png().toBuffer()).subarray(0, 200)],
    ['a TIFF', () => plain(9, 9).tiff().toBuffer()],
  ])('refuses %s, whatever it is called', async (_what, make) => {
    const { id } = await fixture.createDraft()
    const answer = await upload(id, await make(), {}, 'picture.png', 'image/png')
    expect(answer.status).toBe(415)
    expect((await fixture.call('GET', `/v1/events/${id}`)).body.imageUrl).toBeNull()
  })

  it('refuses more than 8 MB, and a small file of a giant picture, before decoding it', async () => {
    const { id } = await fixture.createDraft()
    const jpeg = await plain(10, 10).jpeg().toBuffer()
    expect((await upload(id, Buffer.concat([jpeg, Buffer.alloc(8 * 1024 * 1024)]))).status).toBe(413)
    const bomb = await sharp({ create: { width: 16_000, height: 16_000, channels: 3, background: 'black' } })
      .png({ compressionLevel: 9, palette: true })
      .toBuffer()
    expect(bomb.length).toBeLessThan(1024 * 1024)
    expect((await upload(id, bomb)).status).toBe(413)
  })

  it('says that it is busy (503) rather than hold any number of pictures in memory, and works again afterwards', async () => {
    const picture = await plain(3000, 2000).png().toBuffer()
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => encodePicture(picture)))
    const refused = answers.filter((answer) => answer.status === 'rejected')
    expect(refused).toHaveLength(12)
    expect(refused[0]?.reason).toMatchObject({ code: 'unavailable', facts: { retryAfterSeconds: 5 } })
    expect(await encodePicture(picture)).toMatchObject({ width: 1600 })
  })

  it('refuses JSON (415), a form without a file (400), other members (403), strangers (404), nobody (401), an old ETag (412)', async () => {
    const { id } = await fixture.createPublished()
    const png = await plain(9, 9).png().toBuffer()
    expect((await fixture.call('PUT', `/v1/events/${id}/image`, { image: 'x' })).status).toBe(415)
    const empty = {
      payload: Buffer.from('--b--\r\n'),
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
    }
    expect((await fixture.call('PUT', `/v1/events/${id}/image`, undefined, empty)).status).toBe(400)
    expect((await upload(id, png, { token: await fixture.member('viewer') })).status).toBe(403)
    expect((await upload(id, png, { token: await fixture.member('owner', newOrganizerId()) })).status).toBe(404)
    expect((await upload(id, png, { token: '' })).status).toBe(401)
    expect((await upload(id, png, { ifMatch: '"v1"' })).status).toBe(412)
    expect((await fixture.anonymous('GET', '/v1/images/img_01kanw8f7re8ksz8zkz3q2x4vc')).status).toBe(404)
  })
})

describe('a picture by its address', () => {
  it.each([
    'http://127.0.0.1/x.png',
    'http://localhost/x.png',
    'http://localhost./x.png',
    'http://[::1]/x.png',
    'http://0x7f.1/x.png',
    'http://2130706433/x.png',
    'http://0/x.png',
    'http://169.254.169.254/latest/meta-data',
    'http://10.0.0.1/x.png',
    'http://192.168.1.1/x.png',
    'http://[::ffff:127.0.0.1]/x.png',
    'http://[64:ff9b::7f00:1]/x.png',
    'http://[2002:7f00:1::]/x.png',
    'http://[2001:0:7f00:1::]/x.png',
    'http://[fd00::1]/x.png',
    'http://[fe80::1]/x.png',
    'http://user:secret@example.org/x.png',
    'http://example.org:5432/x.png',
    'file:///etc/passwd',
    'gopher://example.org/x.png',
    'data:image/png;base64,AAAA',
    'not an address',
  ])('is refused at save for %s', async (imageUrl) => {
    const answer = await fixture.call('POST', '/v1/events', fixture.draft({ imageUrl }))
    expect(answer.status).toBe(422)
    expect(answer.body.code).toBe('image-url-refused')
    expect(JSON.stringify(answer.body)).not.toMatch(/ECONN|127\.0|not a public/)
  })

  it.each([
    ['8.8.8.8', true],
    ['2606:4700::1111', true],
    ['172.32.0.1', true],
    ['172.16.0.1', false],
    ['100.64.0.1', false],
    ['255.255.255.255', false],
    ['::', false],
    ['::ffff:8.8.8.8', false],
    ['fe80::1%eth0', false],
    ['ff02::1', false],
    ['localhost', false],
  ])('takes %s for public: %s', (address, expected) => {
    expect(isPublicAddress(address)).toBe(expected)
  })

  describe('that answers', () => {
    let open: EventsFixture
    let origin: string
    const hits: string[] = []
    const server = createServer(async (request, response) => {
      hits.push(request.url ?? '')
      const [, what, count] = (request.url ?? '').split('/')
      if (what === 'redirect' && Number(count) > 0) {
        response.writeHead(302, { location: `/redirect/${Number(count) - 1}` }).end()
      } else if (what === 'away') response.writeHead(302, { location: 'gopher://127.0.0.1/' }).end()
      else if (what === 'page') response.writeHead(200, { 'content-type': 'image/png' }).end('<html>canary</html>')
      else if (what === 'missing') response.writeHead(404).end()
      else if (what === 'endless') {
        const more = () => {
          while (response.write(Buffer.alloc(64 * 1024)));
          response.once('drain', more)
        }
        more()
      } else response.end(await plain(40, 20).png().toBuffer())
    })

    beforeAll(async () => {
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      open = await eventsFixture({ config: { allowPrivateImageHosts: true } })
    })
    afterAll(async () => {
      await open.stop()
      server.closeAllConnections()
      server.close()
    })

    it('is never asked for when it is in our network, by number, by name, or by a name that also leads outside', async () => {
      const port = Number(new URL(origin).port)
      const resolve = async (name: string) => {
        asked.push(name)
        return name === 'mixed.example' ? ['93.184.216.34', '127.0.0.1'] : ['127.0.0.1']
      }
      const asked: string[] = []
      const guarded = createPictureFetcher({ ports: [port], resolve })
      const control = createPictureFetcher({ ports: [port], resolve, allowPrivateHosts: true })
      const before = hits.length
      for (const host of ['127.0.0.1', '0x7f.1', 'localhost', 'localhost.', 'inside.example', 'mixed.example']) {
        await expect(guarded.fetch(`http://${host}:${port}/picture`), host).rejects.toMatchObject({
          code: 'image-url-refused',
        })
      }
      expect(hits.length).toBe(before)
      expect(asked).toEqual(['localhost', 'localhost.', 'inside.example', 'mixed.example'])
      // The control: the same addresses do lead here.
      await control.fetch(`http://inside.example:${port}/picture`)
      await control.fetch(`http://127.0.0.1:${port}/picture`)
      expect(hits.length).toBe(before + 2)
      await Promise.all([guarded.close(), control.close()])
    })

    it('becomes a picture of ours, fetched once', async () => {
      const event = await open.createDraft({ imageUrl: `${origin}/redirect/3` })
      expect(event.imageUrl).toMatch(/^\/api\/events\/v1\/images\/img_/)
      const fetched = hits.length
      const same = await open.call(
        'PATCH',
        `/v1/events/${event.id}`,
        { imageUrl: `${origin}/redirect/3` },
        { ifMatch: '*' },
      )
      expect(same.body.imageUrl).toBe(event.imageUrl)
      expect(hits.length).toBe(fetched)
      const image = await open.anonymous('GET', pathOf(event.imageUrl))
      expect((await sharp(image.raw).metadata()).format).toBe('webp')
    })

    it.each(['/redirect/4', '/away', '/page', '/missing', '/endless'])('is refused at %s', async (path) => {
      const answer = await open.call('POST', '/v1/events', open.draft({ imageUrl: origin + path }))
      expect(answer.status).toBe(422)
      expect(JSON.stringify(answer.body)).not.toContain('canary')
    })
  })
})
