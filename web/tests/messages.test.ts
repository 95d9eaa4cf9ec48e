import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type MessageFormatElement, parse as parseMessage, TYPE } from '@formatjs/icu-messageformat-parser'
import { parse } from 'svelte/compiler'
import { describe, expect, it } from 'vitest'
import { catalogueFor, textsOf } from '../src/messages/catalogue.server.ts'
import english from '../src/messages/en.json' with { type: 'json' }
import french from '../src/messages/fr.json' with { type: 'json' }
import { pickText, preferredLanguage } from '../src/messages/language.ts'

const catalogues: Record<string, Record<string, string>> = { en: english, fr: french }
const root = join(import.meta.dirname, '../src')
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.(svelte|ts)$/.test(path))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))

function argumentsOf(elements: MessageFormatElement[]): string[] {
  return elements.flatMap((element) => {
    if (element.type === TYPE.literal || element.type === TYPE.pound) return []
    const own = [element.value]
    if (element.type !== TYPE.plural && element.type !== TYPE.select) return own
    return [...own, ...Object.values(element.options).flatMap((option) => argumentsOf(option.value))]
  })
}

describe('the catalogues', () => {
  it('have the same messages in both languages, none empty', () => {
    expect(Object.keys(french).sort()).toEqual(Object.keys(english).sort())
    for (const catalogue of Object.values(catalogues))
      expect(Object.values(catalogue).filter((text) => !text)).toEqual([])
  })

  it('parse as ICU messages with the same arguments', () => {
    const argumentsIn = (text: string | undefined) => [...new Set(argumentsOf(parseMessage(text ?? '')))].sort()
    for (const id of Object.keys(english)) {
      expect([id, argumentsIn(catalogues.fr?.[id])]).toEqual([id, argumentsIn(catalogues.en?.[id])])
    }
  })

  it('keep French punctuation with its word', () => {
    const loose = Object.entries(french).filter(([, text]) =>
      / [:;!?»]|« |'/.test(text.replace(/\{[^}]*plural|select/g, '')),
    )
    expect(loose).toEqual([])
  })

  it('hold every message that the sources ask for, and no other', () => {
    const used = new Set<string>()
    const patterns: RegExp[] = []
    for (const { text } of sources) {
      for (const [, id = ''] of text.matchAll(/['"]([a-zA-Z]+(?:\.[a-zA-Z]+)+)['"]/g)) if (id in english) used.add(id)
      for (const [, template = ''] of text.matchAll(/t\(\s*`([^`]+)`/g)) {
        patterns.push(new RegExp(`^${template.replaceAll('.', '\\.').replace(/\$\{[^}]+\}/g, '[a-zA-Z:._-]+')}$`))
      }
      for (const [, id = ''] of text.matchAll(/\bt\(\s*'([^']+)'/g)) expect(Object.keys(english)).toContain(id)
    }
    const unused = Object.keys(english).filter((id) => !used.has(id) && !patterns.some((pattern) => pattern.test(id)))
    expect(unused).toEqual([])
  })

  it('spare the shop the words of the console', () => {
    expect(
      Object.keys(catalogueFor('fr', '/[lang=lang]/events/[eventId]')).some((id) => id.startsWith('console.')),
    ).toBe(false)
    expect(Object.keys(catalogueFor('fr', '/[lang=lang]/console')).some((id) => id.startsWith('console.'))).toBe(true)
  })

  it('say the button of an order with payment in the words of the law', () => {
    expect(textsOf('fr')('checkout.pay')).toBe('Commander avec obligation de paiement')
    expect(textsOf('fr')('checkout.register')).toBe('Confirmer mon inscription')
  })

  it('count in each language’s way, zero included', () => {
    const left = (count: number) => [
      textsOf('fr')('event.remaining', { count }),
      textsOf('en')('event.remaining', { count }),
    ]
    expect([0, 1, 2].map(left)).toEqual([
      ['0 place restante', '0 left'],
      ['1 place restante', '1 left'],
      ['2 places restantes', '2 left'],
    ])
  })
})

/** Names, and what a program says or takes. */
const IN_EVERY_LANGUAGE = ['Guichet', '· Guichet', 'SMS', 'UTC ·', 'webhook-id']

describe('pages', () => {
  const components = sources.filter(({ path }) => path.endsWith('.svelte'))

  it.each(components.map(({ path, text }) => [path, text]))('%s holds no text of its own', (_path, text) => {
    const found: string[] = []
    walk(parse(text, { modern: true }).fragment, found)
    expect(found.filter((words) => !IN_EVERY_LANGUAGE.includes(words) && !words.startsWith('./guichet '))).toEqual([])
  })
})

/** Collects what a person would read or hear: text nodes and the attributes that are read out. */
function walk(node: unknown, found: string[]): void {
  if (Array.isArray(node)) for (const child of node) walk(child, found)
  if (typeof node !== 'object' || node === null) return
  const { type, name, data, value } = node as { type?: string; name?: string; data?: string; value?: unknown }
  if (type === 'Attribute') {
    const read = ['aria-label', 'alt', 'title', 'placeholder', 'label'].includes(name ?? '')
    for (const part of read && Array.isArray(value) ? value : []) walk(part, found)
    if (Array.isArray(value)) for (const part of value) if (part.type !== 'Text') walk(part, found)
    return
  }
  if (type === 'Text' && /\p{L}/u.test(data ?? '')) found.push((data ?? '').replaceAll('&nbsp;', '').trim())
  for (const [key, child] of Object.entries(node)) if (key !== 'parent' && typeof child === 'object') walk(child, found)
}

describe('languages', () => {
  it('are chosen as the visitor said, then as the browser asks, then English', () => {
    expect(preferredLanguage('fr', 'en')).toBe('fr')
    expect(preferredLanguage(undefined, 'de, fr-CA;q=0.8, en;q=0.9')).toBe('en')
    expect(preferredLanguage(undefined, 'fr-FR,fr;q=0.9,en;q=0.1')).toBe('fr')
    expect(preferredLanguage('xx', null)).toBe('en')
  })

  it('mark a text that is only there in the other one', () => {
    expect(pickText({ fr: 'Bonjour' }, 'en')).toEqual({ text: 'Bonjour', lang: 'fr' })
    expect(pickText({ fr: 'Le jazz : une histoire', en: 'Jazz' }, 'fr')).toEqual({
      text: 'Le jazz\u00a0: une histoire',
    })
    expect(pickText(null, 'en')).toEqual({ text: '' })
  })
})
