"""The only Streamlit helpers; pages hold nothing but controls, values, evaluation and panels."""
