import type { Language } from '@guichet/problem'
import { type Context, Liquid, Tag, type TagToken, type Template, type TopLevelToken, Value } from 'liquidjs'
import { escapeMarkdown } from './markdown.ts'

/** Parts that code composes and a template only places. What a kind has of them is in vocabulary.ts. */
export const BLOCKS = ['event', 'tickets', 'order', 'changes', 'payment', 'transfer'] as const
export type BlockName = (typeof BLOCKS)[number]

/** Text around which the layout puts something: small print, a notice. */
export const SECTIONS = ['fine', 'notice'] as const
export type SectionName = (typeof SECTIONS)[number]

/** Where a part stands in the rendered Markdown: characters for private use, which no value and no template can hold. */
export const MARK = /\ue000([a-z/]+)(?:\|([^\ue001]*))?\ue001/g
const mark = (name: string, argument?: string) =>
  `\n\n\ue000${name}${argument === undefined ? '' : `|${argument}`}\ue001\n\n`

const TAGS = ['if', 'unless', 'case', 'comment']
const FILTERS = ['default', 'upcase', 'downcase', 'capitalize', 'truncate', 'strip']

/**
 * What one template may cost: characters, and units of LiquidJS' memory. Both are counted, never timed: a template that is
 * good today is good on a busy machine too, and no mail fails because its process had to wait for the processor.
 */
export const SOURCE_MAX = 20_000
const LIMITS = { parseLimit: SOURCE_MAX, memoryLimit: 500_000 }

/**
 * Liquid without what could hurt: no loop, no assignment, no file, no `raw`; only own properties of plain values. So a
 * template costs no more than its length, and reads no more than it is given.
 */
function createLanguage(outputEscape: ((value: unknown) => string) | undefined): Liquid {
  const liquid = new Liquid({
    ...LIMITS,
    ownPropertyOnly: true,
    strictFilters: true,
    cache: false,
    // Nothing is included; a template that tries finds no tag for it, and no file behind it.
    templates: {},
    ...(outputEscape ? { outputEscape } : {}),
  })
  for (const name of Object.keys(liquid.tags)) if (!TAGS.includes(name)) delete liquid.tags[name]
  for (const name of Object.keys(liquid.filters)) if (!FILTERS.includes(name)) liquid.unregisterFilter(name)
  liquid.registerFilter('plural', plural)
  return liquid
}

/** Subjects and titles: one line of plain text. */
export const lineLanguage = createLanguage(undefined)

/** Bodies: Markdown, in which values are text, with the tags that place parts. */
export const bodyLanguage = createLanguage(escapeMarkdown)
bodyLanguage.registerTag('button', buttonTag())
for (const name of BLOCKS) bodyLanguage.registerTag(name, placeTag(name))
for (const name of SECTIONS) bodyLanguage.registerTag(name, sectionTag(name))

const rules = { en: new Intl.PluralRules('en'), fr: new Intl.PluralRules('fr') }

/** `{{ order.tickets | plural: "a ticket", "# tickets" }}`, by the rule of the mail's language. */
function plural(this: { context: Context }, count: unknown, one: unknown = '', other: unknown = one): string {
  const language = this.context.getSync(['language']) as Language
  const number = Number(count)
  const form = (rules[language] ?? rules.en).select(number) === 'one' ? one : other
  return String(form).replaceAll('#', String(number))
}

/** `{% button "Open my tickets" %}`: the kind's link, under a label that the template chooses. */
function buttonTag() {
  return class extends Tag {
    private readonly label: Value | undefined
    constructor(token: TagToken, rest: TopLevelToken[], liquid: Liquid) {
      super(token, rest, liquid)
      if (token.args.trim() !== '') this.label = new Value(token.args, liquid)
    }
    *render(context: Context): Generator<unknown, string, unknown> {
      const label = this.label ? yield this.label.value(context) : ''
      return mark('button', String(label ?? '').replace(/[\ue000-\uf8ff\r\n]+/g, ' '))
    }
    *arguments() {
      if (this.label) yield this.label
    }
  }
}

function placeTag(name: string) {
  return class extends Tag {
    constructor(token: TagToken, rest: TopLevelToken[], liquid: Liquid) {
      super(token, rest, liquid)
      if (token.args.trim() !== '') throw new Error(`{% ${name} %} takes no arguments`)
    }
    // biome-ignore lint/correctness/useYield: LiquidJS calls a generator.
    *render(): Generator<unknown, string, unknown> {
      return mark(name)
    }
  }
}

function sectionTag(name: string) {
  return class extends Tag {
    private readonly templates: Template[] = []
    constructor(token: TagToken, rest: TopLevelToken[], liquid: Liquid) {
      super(token, rest, liquid)
      const stream = liquid.parser
        .parseStream(rest)
        .on(`tag:end${name}`, () => stream.stop())
        .on('template', (template: Template) => this.templates.push(template))
        .on('end', () => {
          throw new Error(`{% ${name} %} has no {% end${name} %}`)
        })
      stream.start()
    }
    *render(context: Context): Generator<unknown, string, unknown> {
      const inside = yield this.liquid.renderer.renderTemplates(this.templates, context)
      return `${mark(name)}${inside}${mark(`/${name}`)}`
    }
    // biome-ignore lint/correctness/useYield: LiquidJS calls a generator.
    *children() {
      return this.templates
    }
  }
}
