{{ XX_image }}
