import { defineParams } from '@sveltejs/kit/params'
import { isLanguage } from './messages/language.ts'

export const params = defineParams({
  lang: (param) => (isLanguage(param) ? param : undefined),
})
