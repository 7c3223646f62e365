import { fileURLToPath } from 'node:url'
import PDFDocument from 'pdfkit'

// The fonts of PDF readers have the letters of Western Europe only, and names have others.
const fontOf = (name: string) => fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`))
const fonts = { regular: fontOf('DejaVuSans'), bold: fontOf('DejaVuSans-Bold') }
type Font = keyof typeof fonts

// In points; A4 is 595 by 842.
const margin = 56
const bottomMargin = 90
const rowGap = 5
const cellPadding = 3
/** Between the margins. */
export const textWidth = 595.28 - 2 * margin

export interface Cell {
  text: string
  width: number
  align?: 'left' | 'right'
}

export interface Table {
  /** Adds a row. When the page is full, it begins another one with the head of the table. */
  row(cells: Cell[], font?: Font): void
  end(): void
}

/**
 * Writes the text of an A4 document from top to bottom. All text is tagged, so that screen readers read it in order,
 * and tables as tables.
 */
export class Writer {
  readonly #doc: PDFKit.PDFDocument
  readonly #root: PDFKit.PDFStructureElement
  readonly #chunks: Buffer[] = []
  readonly #ended: Promise<void>

  constructor({ title, author, language }: { title: string; author: string; language: string }) {
    this.#doc = new PDFDocument({
      size: 'A4',
      margins: { top: margin, left: margin, right: margin, bottom: bottomMargin },
      bufferPages: true,
      tagged: true,
      lang: language,
      displayTitle: true,
      pdfVersion: '1.7',
      info: { Title: title, Author: author },
    })
    this.#doc.on('data', (chunk: Buffer) => this.#chunks.push(chunk))
    this.#ended = new Promise((resolve, reject) => {
      this.#doc.on('end', resolve)
      this.#doc.on('error', reject)
    })
    for (const [name, file] of Object.entries(fonts)) this.#doc.registerFont(name, file)
    this.#root = this.#doc.struct('Document')
    this.#doc.addStructure(this.#root)
  }

  paragraph(text: string, font: Font = 'regular', size = 9.5): void {
    this.#text('P', text, font, size)
  }

  heading(text: string): void {
    this.#text('H1', text, 'bold', 20)
  }

  space(points: number): void {
    this.#doc.y += points
  }

  rule(): void {
    const { y } = this.#doc
    this.#doc.markContent('Artifact', { type: 'Layout' })
    this.#doc.lineWidth(0.5).strokeColor('#888888')
    this.#doc
      .moveTo(margin, y)
      .lineTo(margin + textWidth, y)
      .stroke()
    this.#doc.endMarkedContent()
    this.space(rowGap)
  }

  /** Begins a table. `head` is repeated on each page; without it there is none. */
  table(head?: Cell[]): Table {
    const table = this.#doc.struct('Table')
    this.#root.add(table)
    const writeHead = () => {
      if (!head) return
      this.#row(table, 'TH', head, 'bold')
      this.rule()
    }
    writeHead()
    return {
      row: (cells, font = 'regular') => this.#row(table, 'TD', cells, font, writeHead),
      end: () => table.end(),
    }
  }

  /** Ends the document. Each page gets `note` and its own number at the bottom. Returns the file. */
  async end(note: string, pageNumber: (page: number, pages: number) => string): Promise<Buffer> {
    this.#root.end()
    const { start, count } = this.#doc.bufferedPageRange()
    for (let page = 0; page < count; page++) {
      this.#doc.switchToPage(start + page)
      this.#foot(note, pageNumber(page + 1, count))
    }
    this.#doc.end()
    await this.#ended
    return Buffer.concat(this.#chunks)
  }

  #text(tag: string, text: string, font: Font, size: number): void {
    const draw = () => void this.#doc.font(font).fontSize(size).text(text, margin, this.#doc.y, { width: textWidth })
    this.#root.add(this.#doc.struct(tag, {}, draw))
  }

  #row(table: PDFKit.PDFStructureElement, tag: 'TD' | 'TH', cells: Cell[], font: Font, onNewPage?: () => void): void {
    const doc = this.#doc.font(font).fontSize(9.5)
    const inner = (cell: Cell) => cell.width - 2 * cellPadding
    const height = Math.max(...cells.map((cell) => doc.heightOfString(cell.text || ' ', { width: inner(cell) })))
    if (doc.y + height > doc.page.maxY()) {
      doc.addPage()
      onNewPage?.()
      doc.font(font)
    }
    const { y } = doc
    let x = margin + cellPadding
    const row = doc.struct('TR')
    table.add(row)
    for (const cell of cells) {
      const left = x
      const options = { width: inner(cell), align: cell.align ?? 'left' }
      row.add(doc.struct(tag, {}, () => void (cell.text && doc.text(cell.text, left, y, options))))
      x += cell.width
    }
    row.end()
    doc.y = y + height + rowGap
  }

  #foot(note: string, pageNumber: string): void {
    const doc = this.#doc
    const { height } = doc.page
    // Text below the margin would begin another page.
    doc.page.margins.bottom = 0
    doc.markContent('Artifact', { type: 'Pagination' })
    doc.font('regular').fontSize(7.5).fillColor('#444444')
    const centred = { width: textWidth, align: 'center' } as const
    doc.text(note, margin, height - bottomMargin + 20, { ...centred, height: 36, ellipsis: true })
    doc.text(pageNumber, margin, height - 30, centred)
    doc.endMarkedContent()
  }
}
