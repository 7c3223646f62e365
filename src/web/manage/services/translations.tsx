import { Field } from '../../parts/form/field.tsx'
import type { Fields } from '../../parts/form/form.tsx'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { servicesTexts } from '../../text/manage/services.ts'

const languages = ['en', 'de'] as const

const nameOf = (name: string, language: string) => `${name}-${language}`

interface TranslationsProps {
  /** The name of the fields, before the language. */
  name: string
  label: string
  /** The stored texts, by language. */
  stored: Record<string, string>
  hint?: string
  maxLength: number
  long?: boolean | number
}

/** A text in each language of the pages; both are optional. */
export function Translations({ name, label, stored, hint, ...field }: TranslationsProps) {
  const { t } = useText(servicesTexts)
  const { t: common } = useText(manageTexts)
  return languages.map((language) => (
    <Field
      key={language}
      {...field}
      label={`${t.inLanguage(label)[language]} (${common.optional})`}
      name={nameOf(name, language)}
      defaultValue={stored[language]}
      hint={hint ?? t.translationHint}
    />
  ))
}

/** The texts in these fields, by language. Stored texts in languages that the pages do not have are kept. */
export function translationsIn<Text>(
  fields: Fields,
  name: string,
  stored: Record<string, Text>,
  read: (text: string) => Text,
): Record<string, Text> {
  const others = Object.entries(stored).filter(([language]) => !languages.some((it) => it === language))
  const given = languages.flatMap((language) => {
    const text = fields[nameOf(name, language)]
    return text ? [[language, read(text)] as const] : []
  })
  return Object.fromEntries([...others, ...given])
}

/** The first of these fields that has a text, for a refusal that names no language. */
export const translatedField = (fields: Fields, name: string): string =>
  nameOf(name, languages.find((language) => fields[nameOf(name, language)]) ?? languages[0])
