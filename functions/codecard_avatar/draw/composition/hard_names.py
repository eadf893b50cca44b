"""Names that are hard to set, for tests and for the page that a person looks at (`badge render --sheet`)."""

from __future__ import annotations

HARD_NAMES = (
    "Joan Citizen",
    "X",
    "Li Wang",
    "Madonna",
    "Maximiliana van der Hoogenbandt",
    "Maria-Magdalena Hohenzollern-Sigmaringen",
    "Wolfeschlegelsteinhausenbergerdorff",
    "Hubert Blaine Wolfeschlegelsteinhausenbergerdorff",
    "Prof. Dr. Ana Maria da Silva PhD",
    "Martin Luther King Jr.",
    "Karl-Theodor Maria Nikolaus zu Guttenberg",
    "Pedro Miguel de Souza Carvalho Vasconcelos",
    "Angharad Llywelyn-Cadwaladr (she/her)",
    "Conan O'Brien",
    "Đặng Nguyễn Thị Minh Khai",
    "Анна Аркадьевна Каренина",
    "Αλέξανδρος Παπαδιαμαντόπουλος",
    "דוד בן גוריון",
    "محمد بن سلمان آل سعود",
    "李小龙",
    "さかなクン",
    "김 철수",
    "สมชาย รัตนโกสินทร์",
    "अमिताभ बच्चन",
    "🎉",
    "Ana Ana Ana " * 17,
    "W" * 200,
)
"""Long, short, of several scripts, with titles and particles, and of 200 characters."""
