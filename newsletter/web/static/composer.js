/* made of 4ad45fd5b4fd25a4 */
(()=>{})();
