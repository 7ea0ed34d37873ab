"""Lists of the vaccines against one disease, as CVX codes."""

from zkhealth.credentials.schemas.codes import SYSTEMS, Code

# Facts from CDC's CVX table as of 2025-09-03, by way of HL7/fhir-shc-vaccination-ig @ eb70d855.
# All codes that name COVID-19 or SARS-COV-2; those from 500 on are vaccines that are not used in the United States.
_COVID19 = """
    207 208 210 211 212 213 217 218 219 221 225 226 227 228 229 230 300 301 302 308 309 310
    311 312 313 500 501 502 503 504 505 506 507 508 509 510 511 512 513 514 515 516 517 518
    519 520 521
"""
# All codes of seasonal influenza, not those of the 2009 pandemic (H1N1) and of avian influenza (H5N1, H5N8).
_INFLUENZA = """
    15 16 88 111 135 140 141 144 149 150 151 153 155 158 161 166 168 171 185 186 194 197 200
    201 202 205 231 320 331 333
"""

COVID19 = tuple(Code(SYSTEMS["cvx"], code) for code in _COVID19.split())
INFLUENZA = tuple(Code(SYSTEMS["cvx"], code) for code in _INFLUENZA.split())
