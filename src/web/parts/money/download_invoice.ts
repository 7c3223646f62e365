import { download } from '../../data/download.ts'
import { loadFile } from '../../data/file.ts'

/**
 * Downloads an invoice as a PDF under this name, in a language, by default the patient's. Throws as loadFile does.
 */
export async function downloadInvoice(id: string, name: string, language?: string): Promise<void> {
  const file = await loadFile(`/invoices/${id}/document${language ? `?language=${language}` : ''}`)
  download(`${name}.pdf`, 'application/pdf', file)
}
